"""Train classifiers of pairs on a folder of people, and write each with its record."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from numpy import floating
from numpy.typing import NDArray

from recog.assess.verifier import VerifierRun, train_verifiers
from recog.datasets.embedded import Pipeline, embedded_faces
from recog.datasets.faces import Undetected
from recog.datasets.people import unlabelled
from recog.datasets.people_folder import PeopleFolder, embedded_people
from recog.distance import paired_squared_distances
from recog.errors import EvaluationError
from recog.evaluate.calibrate import check_rate
from recog.evaluate.lfw import LfwScores, ten_folds
from recog.evaluate.pair_bootstrap import PairIntervals, pair_intervals
from recog.evaluate.photo_pairs import lfw_pairs
from recog.train.record import code_state
from recog.types import NetworkInfo
from recog.verification.features import Method
from recog.verification.files import save_classifier

FARS = (1e-2, 1e-3)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierOptions:
    """How to train classifiers of pairs.

    data describes the photos in the record and names nobody. far is the false accept rate of a yes. protocol is a
    folder of photos and a file of pairs in LFW's format to measure on too.
    """

    data: str = "a folder of people"
    far: float = 1e-3
    protocol: tuple[Path, Path] | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class ProtocolScores:
    """A method's scores on a list of pairs; a classifier's negated log odds replace the distance."""

    method: Method
    scores: LfwScores
    intervals: PairIntervals


@dataclass(frozen=True, slots=True)
class VerifierFiles:
    """The training and its scores, the files written, and the outcome of the photos."""

    network: NetworkInfo
    run: VerifierRun
    protocol: tuple[ProtocolScores, ...]
    paths: tuple[Path, ...]
    found: Mapping[str, int]
    lost: Mapping[Path, str]


def train_verifiers_from_folder(
    folder: PeopleFolder, pipeline: Pipeline, options: VerifierOptions, *, output: Path
) -> VerifierFiles:
    """Train on a folder of people and write the classifiers into `output`.

    Raises:
        EvaluationError: far is no rate, or a photo of the protocol cannot be read.
        TrainingError: there are too few people.
    """
    check_rate(options.far)
    photos = folder.photos()
    faces = embedded_people(photos, pipeline, tight=folder.tight)
    info = pipeline.embedder.info
    run = train_verifiers(
        faces.embeddings, faces.labels, network_sha256=info.sha256, data=options.data, far=options.far, fars=FARS,
        seed=options.seed,
    )  # fmt: skip
    measured = () if options.protocol is None else _on_protocol(*options.protocol, run, pipeline)
    record = {
        "scores": [asdict(one) for one in run.scores],
        "pairs": run.pairs,
        "people": run.trained,
        "photos_sha256": photos.digest(),
        "seed": options.seed,
        "code": code_state(),
    }
    paths = tuple(save_classifier(one, info.name, directory=output, record=record) for one in run.classifiers)
    return VerifierFiles(info, run, measured, paths, faces.counts(), faces.lost)


def _on_protocol(folder: Path, pairs: Path, run: VerifierRun, pipeline: Pipeline) -> tuple[ProtocolScores, ...]:
    listed = lfw_pairs(folder, pairs)
    missing = [photo for photo in listed.photos if not photo.is_file()]
    if missing:
        raise EvaluationError(f"{len(missing)} photos of {pairs} are not there, the first is {missing[0]}")
    faces = embedded_faces(unlabelled(listed.photos), pipeline, undetected=Undetected.CENTRE)
    if faces.lost:
        first = next(iter(faces.lost))
        raise EvaluationError(f"{len(faces.lost)} photos of {pairs} cannot be read, the first is {first}")
    left, right = faces.embeddings[listed.left], faces.embeddings[listed.right]
    by_method: dict[Method, NDArray[floating]] = {Method.DISTANCE: paired_squared_distances(left, right)}
    by_method |= {one.method: -one.log_odds(left, right) for one in run.classifiers}
    people = listed.people[listed.left], listed.people[listed.right]
    return tuple(
        ProtocolScores(
            method,
            ten_folds(distances, listed.same, listed.fold, fars=FARS),
            pair_intervals(distances, listed.same, listed.fold, people, fars=FARS)[0],
        )
        for method, distances in by_method.items()
    )
