"""From a folder of people to a head on disk: features, start, training, calibration, record."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recog.datasets.faces import Undetected
from recog.datasets.people import LabelledPhotos, labelled_photos
from recog.datasets.split import check_split, held_out_people
from recog.detect.mtcnn import MtcnnDetector
from recog.durable import make_output_directory, put
from recog.embed.encoder import Encoder
from recog.embed.info import network_digest
from recog.embed.network import network_named
from recog.embed.trunks import load_trunks
from recog.errors import TrainingError
from recog.evaluate.calibrate import calibrate
from recog.evaluate.calibration_file import calibration_path, save_calibration
from recog.evaluate.labelled_faces import LabelledFaces, Labels
from recog.evaluate.lfw import LfwScores
from recog.train.blocks import joined_bottleneck, network_blocks
from recog.train.checkpoint import CheckpointFile, Progress
from recog.train.features import INPUT_SIZE, FaceFeatures, FeatureNetwork, face_features
from recog.train.head import LinearHead
from recog.train.head_training import TrainedHead, train_head
from recog.train.pca import principal_start
from recog.train.record import check_name, code_state, write_record
from recog.train.settings import TrainSettings
from recog.train.validation import PairList, Validation, read_pair_list
from recog.types import Calibration, Detector

DECIDING_SCORE = "mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadPlan:
    """What to train a head of, and how.

    pattern chooses people by the name of their folder. tight says that the photos are crops whose faces meet the
    border. crop_scale and flip become the product's way to use the head. held_out is the share of people kept from
    training: they validate, and then calibrate at the false accept rate `far`. data describes the photos in the record,
    without naming anybody. shares are the parts of the variance that the trunks of a network of several get in the PCA
    start, centrings how much of their outputs' mean is taken off (see blocks.FeatureBlock); none given: the network's.
    """

    name: str = "facenet-casia-triplet128"
    pattern: str = "*"
    tight: bool = False
    dim: int = 128
    shares: tuple[float, ...] = ()
    centrings: tuple[float, ...] = ()
    crop_scale: float = 1.19
    flip: bool = True
    held_out: float = 0.15
    far: float = 1e-3
    data: str = "a folder of people"
    settings: TrainSettings = field(default_factory=TrainSettings)

    def __post_init__(self) -> None:
        check_name(self.name)
        if not 0 < self.held_out < 1 or not 0 < self.far < 1 or not 0.5 <= self.crop_scale <= 4 or self.dim < 2:
            raise TrainingError(
                f"held_out {self.held_out} and far {self.far} must lie between 0 and 1, crop_scale {self.crop_scale} "
                f"between 0.5 and 4, and dim {self.dim} be at least 2"
            )


@dataclass(frozen=True, slots=True)
class HeadRun:
    """What a run made. path is the safetensors file; the record and the calibration lie beside it."""

    path: Path
    trained: TrainedHead
    start_scores: LfwScores
    scores: LfwScores
    calibration: Calibration
    record: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class TrainingFaces:
    """The faces of a run: those to learn from, those to validate with, and how many faces were left out on demand."""

    train: FaceFeatures
    validation: Validation
    left_out: int = 0


def train_head_from_folder(
    folder: Path,
    *,
    validate: Path,
    pairs: Path,
    output: Path,
    cache: Path,
    network: str = "facenet-casia",
    offline_dir: Path | None = None,
    device: str = "cpu",
    encoder: Encoder = "torch",
    plan: HeadPlan | None = None,
    left_out: frozenset[Path] = frozenset(),
    resume: bool = False,
    on_photo: Callable[[int, int], None] = lambda _done, _all: None,
    on_step: Callable[[Progress], None] = lambda _progress: None,
) -> HeadRun:
    """Train a head for `network` on one folder a person, and write NAME.safetensors, .json and .calibration.json.

    validate is a folder of photos in LFW's layout and pairs a file in LFW's format. cache holds weights, and features
    under cache/features, apart for what runs the trunks (encoder; see recog.embed.encoder). output is a directory, made
    where absent. Photos of left_out are not learnt from. resume goes on from the checkpoint that a broken run left
    in output. on_photo gets photos read and photos in all; on_step every validated step.

    Raises:
        TrainingError: the data does not suffice, or training collapsed before it got anywhere.
        EvaluationError: the pairs file is not one, or too few pairs for the false accept rate.
        WeightsError: the networks cannot be had.
    """
    plan = HeadPlan() if plan is None else plan
    detector = MtcnnDetector(cache=cache, offline_dir=offline_dir, device=device)
    named = network_named(network)
    plan = replace(
        plan,
        shares=plan.shares or tuple(part.share for part in named.parts),
        centrings=plan.centrings or tuple(part.centring for part in named.parts),
    )
    trunk = load_trunks(named, cache=cache, encoder=encoder, offline_dir=offline_dir, device=device)
    blocks = network_blocks(named, shares=plan.shares, centrings=plan.centrings, cache=cache, offline_dir=offline_dir)
    people = labelled_photos(folder, pattern=plan.pattern)
    faces = training_faces(
        people, read_pair_list(validate, pairs), detector, trunk, plan, aligned=named.aligned, left_out=left_out,
        cache=cache / "features" / encoder, on_photo=on_photo,
    )  # fmt: skip
    checkpoint = CheckpointFile(
        output / f"{plan.name}.checkpoint.safetensors",
        {
            "trunk": trunk.sha256,
            "detector": detector.sha256,
            "data": people.digest(),
            "faces": len(faces.train.labels),
            "plan": asdict(plan),
        },
    )
    checkpoint.expect(resume=resume)
    _check_enough(faces.validation.held_out.labels, far=plan.far)
    bottleneck = joined_bottleneck(with_mirrored(faces.train), blocks)
    run = train_on_faces(faces, bottleneck, plan, checkpoint=checkpoint, on_step=on_step)
    written = write_run(run, faces, people, plan, output=output, trunk=trunk, network=network, detector=detector)
    checkpoint.remove()
    return written


def training_faces(
    people: LabelledPhotos,
    pairs: PairList,
    detector: Detector,
    trunk: FeatureNetwork,
    plan: HeadPlan,
    *,
    aligned: bool = False,
    left_out: frozenset[Path] = frozenset(),
    cache: Path,
    on_photo: Callable[[int, int], None] = lambda _done, _all: None,
) -> TrainingFaces:
    """Features of all photos, people held out by chance under the run's seed; pairs' photos are never dropped.

    aligned asks for crops with the aligned view, as the network wants them. left_out are photos not to learn from: they
    decide nobody's being held out, and stay among the held-out people's, for a score on photos that were chosen by
    embeddings would flatter them.
    """
    paired = face_features(
        pairs.photos, detector, trunk, crop_scale=plan.crop_scale, undetected=Undetected.CENTRE, aligned=aligned,
        cache=cache, progress=on_photo,
    )  # fmt: skip
    if len(paired.photos) != len(pairs.photos.paths):
        raise TrainingError(
            f"{len(pairs.photos.paths) - len(paired.photos)} photos of the pairs cannot be read: {paired.counts()}"
        )
    found = face_features(
        people, detector, trunk, crop_scale=plan.crop_scale, aligned=aligned,
        undetected=Undetected.PAD if plan.tight else Undetected.LEAVE_OUT, cache=cache, progress=on_photo,
    )  # fmt: skip
    known = np.unique(found.labels)
    held_out = held_out_people(known, share=plan.held_out, seed=plan.settings.seed)
    learnt = found.of_people(np.setdiff1d(known, held_out))
    wanted = np.array([people.paths[photo] not in left_out for photo in learnt.photos], dtype=np.bool_)
    train, kept_back = learnt.only(wanted), found.of_people(held_out)
    check_split(train.labels, kept_back.labels)
    return TrainingFaces(
        train=train,
        validation=Validation(pairs, paired, held_out=kept_back, flip=plan.flip),
        left_out=int(np.count_nonzero(~wanted)),
    )


def _check_enough(labels: Labels, *, far: float) -> None:
    """TrainingError, before anything is trained, where people held out have too few pairs to calibrate at `far`."""
    people = np.unique(labels, return_counts=True)[1].astype(np.int64)
    different = (int(people.sum()) ** 2 - int(np.square(people).sum())) // 2
    if far * different < 1:
        raise TrainingError(
            f"the {len(people)} people held out make {different} different pairs, which cannot show a false accept "
            f"rate of {far:g}: at least {int(np.ceil(1 / far))} are needed, so add people"
        )


def pca_start(faces: TrainingFaces, bottleneck: LinearHead, *, dim: int) -> LinearHead:
    """The start of a run: PCA of the bottleneck's outputs over the training faces and their mirror images."""
    return principal_start(with_mirrored(faces.train), bottleneck, dim=dim)


def with_mirrored(faces: FaceFeatures) -> NDArray[np.float32]:
    """The rows that a start is made of, (2 n, width): of crops, and of their mirror images."""
    return np.concatenate([faces.features, faces.mirrored])


@dataclass(frozen=True, slots=True)
class StartAndHead:
    """Where a run began, and what it made."""

    start: LinearHead
    trained: TrainedHead


def train_on_faces(
    faces: TrainingFaces,
    bottleneck: LinearHead,
    plan: HeadPlan,
    *,
    checkpoint: CheckpointFile | None = None,
    on_step: Callable[[Progress], None] = lambda _progress: None,
) -> StartAndHead:
    """PCA start and triplet training on features that are there; deterministic under plan.settings.seed.

    Mirror images are photos like any other: twice the data for nothing.
    """
    features = np.concatenate([faces.train.features, faces.train.mirrored])
    labels = np.concatenate([faces.train.labels, faces.train.labels])
    start = pca_start(faces, bottleneck, dim=plan.dim)
    trained = train_head(
        features,
        labels,
        plan.settings,
        start=start,
        validate=faces.validation,
        score=DECIDING_SCORE,
        never_below=["accuracy"],
        checkpoint=checkpoint,
        progress=on_step,
    )
    return StartAndHead(start, trained)


def write_run(
    run: StartAndHead,
    faces: TrainingFaces,
    people: LabelledPhotos,
    plan: HeadPlan,
    *,
    output: Path,
    trunk: FeatureNetwork,
    network: str,
    detector: Detector,
) -> HeadRun:
    """Head, record and calibration on disk; the record last, so a head with a record is whole."""
    head, validation = run.trained.head, faces.validation
    start_scores, scores = validation.lfw(run.start), validation.lfw(head)
    held_out = validation.held_out
    calibrated = calibrate(
        [
            LabelledFaces(
                validation.embed(head, held_out),
                held_out.labels,
                f"{plan.data}, {len(np.unique(held_out.labels))} people not trained on",
            )
        ],
        far=plan.far,
        network_sha256=network_digest(
            trunk_sha256=trunk.sha256, head_sha256=head.sha256, crop_scale=plan.crop_scale, flip=plan.flip
        ),
    )
    calibration = calibrated.calibration
    record = {
        "name": plan.name,
        "sha256": head.sha256,
        "trunk": network,
        "trunk_sha256": trunk.sha256,
        "detector_sha256": detector.sha256,
        "crop_scale": plan.crop_scale,
        "flip": plan.flip,
        "input_size": INPUT_SIZE,
        "dim": plan.dim,
        "trained_on": plan.data,
        "arguments": asdict(plan),
        "data": {
            "sha256": people.digest(),
            "photos": len(people.paths),
            "people": len(people.people),
            "faces_trained": len(faces.train.labels),
            "people_trained": len(np.unique(faces.train.labels)),
            "faces_held_out": len(validation.held_out.labels),
            "people_held_out": len(np.unique(validation.held_out.labels)),
            "faces_left_out": faces.left_out,
            "found": dict(faces.train.counts()),
        },
        "validation": {
            "sha256": validation.pairs.photos.digest(),
            "pairs": len(validation.pairs.same),
            "found": dict(validation.pair_features.counts()),
        },
        "code": dict(code_state()),
        "scores": {
            "pca_start": {**asdict(start_scores), **validation(run.start)},
            "head": {**asdict(scores), **validation(head)},
        },
        "best_step": run.trained.step,
        "warnings": list(run.trained.warnings),
        "history": [asdict(progress) for progress in run.trained.history],
    }
    make_output_directory(output)
    path = output / f"{plan.name}.safetensors"
    put(path, head.to_bytes(), mode=0o644)
    measured = {"sets": [asdict(each) for each in calibrated.sets]}
    save_calibration(calibration, calibration_path(plan.name, directory=output), measured=measured)
    write_record(path.with_suffix(".json"), record)
    return HeadRun(path, run.trained, start_scores, scores, calibration, record)
