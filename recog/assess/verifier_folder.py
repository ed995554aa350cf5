"""From a folder of people to classifiers of pairs in files, each with its record."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recog.assess.verifier import VerifierRun, train_verifiers
from recog.datasets.embedded import embedded_faces
from recog.datasets.faces import Undetected
from recog.datasets.mixed_sets import embedded_sets
from recog.datasets.people import LabelledPhotos, labelled_photos
from recog.distance import paired_squared_distances
from recog.errors import EvaluationError
from recog.evaluate.calibrate import check_rate
from recog.evaluate.lfw import LfwScores, ten_folds
from recog.evaluate.pair_bootstrap import PairIntervals, pair_intervals
from recog.evaluate.photo_pairs import lfw_pairs
from recog.train.record import code_state
from recog.types import Detector, Embedder, NetworkInfo
from recog.verification.features import Method
from recog.verification.files import save_classifier

Count = Callable[[int, int], None]
FARS = (1e-2, 1e-3)


@dataclass(frozen=True, slots=True)
class ProtocolScores:
    """A method's scores on a list of pairs; its log odds, negated, stand for the distance."""

    method: Method
    scores: LfwScores
    intervals: PairIntervals


@dataclass(frozen=True, slots=True)
class VerifierFiles:
    """What was trained and measured, where it lies, and what became of the photos."""

    network: NetworkInfo
    run: VerifierRun
    protocol: tuple[ProtocolScores, ...]
    paths: tuple[Path, ...]
    found: Mapping[str, int]
    lost: Mapping[Path, str]


def train_verifiers_from_folder(
    folder: Path,
    detector: Detector,
    embedder: Embedder,
    *,
    pattern: str = "*",
    tight: Sequence[str] = (),
    data: str,
    far: float,
    protocol: tuple[Path, Path] | None = None,
    output: Path,
    cache: Path,
    seed: int = 0,
    on_photo: Count = lambda _done, _all: None,
) -> VerifierFiles:
    """Train on `folder`, which has a folder per person, and write the classifiers into output.

    protocol names photos and pairs in LFW's format to be measured on too; EvaluationError where one cannot be read, or
    far is no rate. TrainingError where there are too few people.
    """
    check_rate(far)
    photos = labelled_photos(folder, pattern=pattern)
    faces = embedded_sets(photos, detector, embedder, tight=tight, cache=cache, progress=on_photo)
    run = train_verifiers(
        faces.embeddings, faces.labels, network_sha256=embedder.info.sha256, data=data, far=far, fars=FARS, seed=seed
    )
    measured: tuple[ProtocolScores, ...] = ()
    if protocol is not None:
        measured = _on_protocol(*protocol, run, detector, embedder, cache=cache, on_photo=on_photo)
    record = {
        "scores": [asdict(one) for one in run.scores],
        "pairs": run.pairs,
        "people": run.trained,
        "photos_sha256": photos.digest(),
        "seed": seed,
        "code": code_state(),
    }
    paths = tuple(save_classifier(one, embedder.info.name, directory=output, record=record) for one in run.classifiers)
    return VerifierFiles(embedder.info, run, measured, paths, faces.counts(), faces.lost)


def _on_protocol(
    folder: Path,
    pairs: Path,
    run: VerifierRun,
    detector: Detector,
    embedder: Embedder,
    *,
    cache: Path,
    on_photo: Count,
) -> tuple[ProtocolScores, ...]:
    listed = lfw_pairs(folder, pairs)
    missing = [photo for photo in listed.photos if not photo.is_file()]
    if missing:
        raise EvaluationError(f"{len(missing)} photos of {pairs} are not there, the first is {missing[0]}")
    photos = LabelledPhotos(listed.photos, np.zeros(len(listed.photos), dtype=np.int64), ("",))
    faces = embedded_faces(photos, detector, embedder, undetected=Undetected.CENTRE, cache=cache, progress=on_photo)
    if faces.lost:
        first = next(iter(faces.lost))
        raise EvaluationError(f"{len(faces.lost)} photos of {pairs} cannot be read, the first is {first}")
    left, right = faces.embeddings[listed.left], faces.embeddings[listed.right]
    apart: dict[Method, NDArray[np.floating]] = {Method.DISTANCE: paired_squared_distances(left, right)}
    apart |= {one.method: -one.log_odds(left, right) for one in run.classifiers}
    people = listed.people[listed.left], listed.people[listed.right]
    return tuple(
        ProtocolScores(
            method,
            ten_folds(distances, listed.same, listed.fold, fars=FARS),
            pair_intervals(distances, listed.same, listed.fold, people, fars=FARS)[0],
        )
        for method, distances in apart.items()
    )
