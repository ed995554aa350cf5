"""Train a head on a folder of people: features, PCA start, training, calibration, files."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np

from recog.datasets.people import labelled_photos
from recog.errors import TrainingError
from recog.evaluate.labelled_faces import Labels
from recog.train.below import load_below
from recog.train.blocks import joined_bottleneck
from recog.train.checkpoint import CheckpointFile, Progress
from recog.train.head import LinearHead
from recog.train.head_files import HeadRun, HeadSource, write_head
from recog.train.head_training import TrainedHead, train_head
from recog.train.options import RunOptions, Runtime, TrainingData
from recog.train.plans import DECIDING_SCORE, HeadPlan
from recog.train.training_faces import TrainingFaces, pca_start, training_faces
from recog.train.validation import read_pair_list


def train_head_from_folder(data: TrainingData, plan: HeadPlan, runtime: Runtime, run: RunOptions) -> HeadRun:
    """Train a head and write NAME.safetensors, NAME.json and NAME.calibration.json.

    Raises:
        TrainingError: the data does not suffice, training collapsed before anything was better than the start, or a
            checkpoint is in the way or of another run.
        EvaluationError: the pairs file is malformed, or has too few pairs for the false accept rate.
        ConfigError: there is no such network.
        WeightsError: the networks cannot be had.
    """
    below = load_below(plan, runtime)
    plan, trunk, cache = below.plan, below.trunk, runtime.cache
    detector = runtime.load_detector()
    people = labelled_photos(data.folder, pattern=plan.pattern)
    faces = training_faces(
        people, read_pair_list(data.photos, data.pairs), detector, trunk, plan,
        views=below.views, size=below.input_size,
        left_out=data.left_out, cache=cache / "features" / runtime.encoder, on_photo=run.on_photo,
    )  # fmt: skip
    checkpoint = CheckpointFile(
        run.output / f"{plan.name}.checkpoint.safetensors",
        {
            "trunk": trunk.sha256,
            "detector": detector.sha256,
            "data": people.digest(),
            "faces": len(faces.train.labels),
            "plan": asdict(plan),
        },
    )
    checkpoint.expect(resume=run.resume)
    check_enough_pairs(faces.validation.held_out.labels, far=plan.far)
    bottleneck = joined_bottleneck(faces.with_mirrored()[0], below.blocks)
    made = train_on_faces(faces, bottleneck, plan, checkpoint=checkpoint, on_step=run.on_step)
    source = HeadSource(runtime.network, trunk.sha256, detector.sha256, people, below.input_size)
    written = write_head(made.trained, made.start, faces, source, plan, output=run.output)
    checkpoint.remove()
    return written


def check_enough_pairs(labels: Labels, *, far: float) -> None:
    """Raise TrainingError if the faces of the people held out make fewer different pairs than 1 / far."""
    people = np.unique(labels, return_counts=True)[1].astype(np.int64)
    different = (int(people.sum()) ** 2 - int(np.square(people).sum())) // 2
    if far * different < 1:
        raise TrainingError(
            f"the {len(people)} people held out make {different} different pairs, which cannot show a false accept "
            f"rate of {far:g}: at least {int(np.ceil(1 / far))} are needed, so add people"
        )


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
    """Train with triplets from the PCA start on computed features; deterministic under plan.settings.seed.

    Mirror images count as further photos: twice the data for nothing.
    """
    features, labels = faces.with_mirrored()
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
