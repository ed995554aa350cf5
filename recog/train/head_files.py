"""The files of a trained head: weights, calibration and run record."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from recog.datasets.people import LabelledPhotos
from recog.durable import make_output_directory, put
from recog.embed.info import network_digest
from recog.evaluate.calibrate import CalibrationRun, calibrate
from recog.evaluate.calibration_file import calibration_path, save_calibration
from recog.evaluate.labelled_faces import LabelledFaces
from recog.evaluate.lfw import LfwScores
from recog.train.features import INPUT_SIZE
from recog.train.head import LinearHead
from recog.train.head_training import TrainedHead
from recog.train.plans import HeadPlan
from recog.train.record import code_state, write_record
from recog.train.training_faces import TrainingFaces
from recog.types import Calibration


@dataclass(frozen=True, slots=True)
class HeadRun:
    """The result of a run. path is the safetensors file; the record and the calibration lie beside it."""

    path: Path
    trained: TrainedHead
    start_scores: LfwScores
    scores: LfwScores
    calibration: Calibration
    record: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class HeadSource:
    """What a head was trained on: the network's name, digests of its trunk and of the detector, and the photos.

    input_size is the side of its crops in pixels.
    """

    network: str
    trunk_sha256: str
    detector_sha256: str
    people: LabelledPhotos
    input_size: int = INPUT_SIZE


def write_head(
    trained: TrainedHead, start: LinearHead, faces: TrainingFaces, source: HeadSource, plan: HeadPlan, *, output: Path
) -> HeadRun:
    """Calibrate the head on the people held out and write its files; the record last, so a head with one is whole."""
    start_scores, scores = faces.validation.lfw(start), faces.validation.lfw(trained.head)
    calibrated = _calibrated(trained.head, faces, source, plan)
    record = {
        **_source_record(trained.head, faces, source, plan),
        "code": dict(code_state()),
        "scores": {
            "pca_start": {**asdict(start_scores), **faces.validation(start)},
            "head": {**asdict(scores), **faces.validation(trained.head)},
        },
        "best_step": trained.step,
        "warnings": list(trained.warnings),
        "history": [asdict(progress) for progress in trained.history],
    }
    make_output_directory(output)
    path = output / f"{plan.name}.safetensors"
    put(path, trained.head.to_bytes(), mode=0o644)
    measured = {"sets": [asdict(each) for each in calibrated.sets]}
    save_calibration(calibrated.calibration, calibration_path(plan.name, directory=output), measured=measured)
    write_record(path.with_suffix(".json"), record)
    return HeadRun(path, trained, start_scores, scores, calibrated.calibration, record)


def _calibrated(head: LinearHead, faces: TrainingFaces, source: HeadSource, plan: HeadPlan) -> CalibrationRun:
    held_out = faces.validation.held_out
    people = len(np.unique(held_out.labels))
    labelled = LabelledFaces(
        faces.validation.embed(head, held_out), held_out.labels, f"{plan.data}, {people} people not trained on"
    )
    digest = network_digest(
        trunk_sha256=source.trunk_sha256, head_sha256=head.sha256, crop_scale=plan.crop_scale, flip=plan.flip
    )
    return calibrate([labelled], far=plan.far, network_sha256=digest)


def _source_record(head: LinearHead, faces: TrainingFaces, source: HeadSource, plan: HeadPlan) -> Mapping[str, object]:
    """Return the part of the record that says what went into the head."""
    validation, people = faces.validation, source.people
    return {
        "name": plan.name,
        "sha256": head.sha256,
        "trunk": source.network,
        "trunk_sha256": source.trunk_sha256,
        "detector_sha256": source.detector_sha256,
        "crop_scale": plan.crop_scale,
        "flip": plan.flip,
        "input_size": source.input_size,
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
    }
