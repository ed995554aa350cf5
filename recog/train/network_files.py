"""The files of a fine-tuned network: the head, the trunk's trained tensors and the run record."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from recog.datasets.people import LabelledPhotos
from recog.durable import put
from recog.embed.tuning import tuned_sha256
from recog.train.located import INPUT_SIZE, LocatedFaces
from recog.train.loop import Scores, Trained
from recog.train.network import TunableNetwork
from recog.train.plans import NetworkPlan
from recog.train.record import code_state, write_record
from recog.train.validation import PairList


@dataclass(frozen=True, slots=True)
class NetworkRun:
    """The result of a run: the head at path, the trunk's trained tensors at trunk_path, scores before and after."""

    path: Path
    trunk_path: Path
    trained: Trained
    start_scores: Scores
    scores: Scores
    record: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class NetworkSource:
    """What a network was tuned on: its name, the trained trunk, digests, and the photos.

    tuned_trunk names the weights of the trained trunk, and tuned_sha256 is its digest as it was. trunk_sha256 maps that
    digest, as it was or as it became, to that of everything below the head. learnt are the faces that were trained on,
    held_out counts the people who were not.
    """

    network: str
    tuned_trunk: str
    tuned_sha256: str
    trunk_sha256: Callable[[str], str]
    detector_sha256: str
    people: LabelledPhotos
    pairs: PairList
    learnt: LocatedFaces
    held_out: int


def write_network(
    tunable: TunableNetwork, trained: Trained, scores: Scores, source: NetworkSource, plan: NetworkPlan, *, output: Path
) -> NetworkRun:
    """Write the trained tensors, the head and then the record, so that a network with a record is whole.

    The record's trunk digest covers both trunk files, so the head is never put on the trunk as it was (see
    recog.embed.tuning).
    """
    blob, head = tunable.trunk_bytes(half=plan.half), tunable.head()
    start_scores = trained.history[0].scores
    record = {
        "name": plan.name,
        "sha256": head.sha256,
        "trunk": source.network,
        "trunk_sha256": source.trunk_sha256(tuned_sha256(source.tuned_sha256, blob)),
        "trunk_before_sha256": source.trunk_sha256(source.tuned_sha256),
        "tuned_trunk": source.tuned_trunk,
        "tuned_stages": list(tunable.trained_stages),
        "trunk_bytes": len(blob),
        "detector_sha256": source.detector_sha256,
        "crop_scale": plan.crop_scale,
        "flip": plan.flip,
        "input_size": INPUT_SIZE,
        "dim": len(head.weight),
        "trained_on": plan.data,
        "arguments": asdict(plan),
        "data": {
            "sha256": source.people.digest(),
            "photos": len(source.people.paths),
            "faces_trained": len(source.learnt.rows),
            "people_trained": len(np.unique(source.learnt.labels)),
            "people_held_out": source.held_out,
        },
        "validation": {"sha256": source.pairs.photos.digest(), "pairs": len(source.pairs.same)},
        "code": dict(code_state()),
        "scores": {"start": dict(start_scores), "tuned": dict(scores)},
        "best_step": trained.step,
        "warnings": list(trained.warnings),
        "history": [asdict(progress) for progress in trained.history],
    }
    path, trunk_path = output / f"{plan.name}.safetensors", output / f"{plan.name}.trunk.safetensors"
    put(trunk_path, blob)
    put(path, head.to_bytes())
    write_record(path.with_suffix(".json"), record)
    return NetworkRun(path, trunk_path, trained, start_scores, scores, record)
