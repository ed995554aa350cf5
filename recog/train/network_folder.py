"""From a folder of people to fine-tuned blocks of a trunk with their head on disk, scored before and after."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np

from recog.datasets.faces import Undetected
from recog.datasets.people import LabelledPhotos, labelled_photos
from recog.datasets.split import check_split, held_out_people
from recog.detect.mtcnn import MtcnnDetector
from recog.durable import put
from recog.embed.info import head_of
from recog.embed.network import NETWORKS, network_named
from recog.embed.trunk import Trunk
from recog.embed.tuning import tuned_sha256
from recog.errors import TrainingError
from recog.train.augment import Augmentation
from recog.train.checkpoint import CheckpointFile, Progress
from recog.train.folder import DECIDING_SCORE
from recog.train.head import LinearHead
from recog.train.located import INPUT_SIZE, LocatedFaces, located_faces
from recog.train.loop import Scores, Trained, train
from recog.train.network import Part, PretrainedTrunk, TunableNetwork
from recog.train.network_training import NetworkLearner, StemOutputs, tuned_features
from recog.train.record import check_name, code_state, write_record
from recog.train.sampler import BatchShape
from recog.train.settings import TrainSettings
from recog.train.validation import PairList, Validation, read_pair_list
from recog.types import Detector


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPlan:
    """What of a network to train, and how.

    pattern, tight, held_out and data as in folder.HeadPlan. half writes the trained blocks in float16, and scores them
    so. The settings' default hold of 0.5 is half the squared distance to the old embedding.
    """

    name: str = "facenet-casia-tuned"
    part: Part = "blocks"
    pattern: str = "*"
    tight: bool = False
    crop_scale: float = 1.19
    flip: bool = True
    held_out: float = 0.15
    bf16: bool = False
    half: bool = True
    data: str = "a folder of people"
    augmentation: Augmentation = field(default_factory=Augmentation)
    settings: TrainSettings = field(
        default_factory=lambda: TrainSettings(learning_rate=2e-5, hold=0.5, steps=100, batch=BatchShape())
    )

    def __post_init__(self) -> None:
        check_name(self.name)
        if not 0 < self.held_out < 1 or not 0.5 <= self.crop_scale <= 4:
            raise TrainingError(
                f"held_out {self.held_out} must lie between 0 and 1, crop_scale {self.crop_scale} between 0.5 and 4"
            )


@dataclass(frozen=True, slots=True)
class NetworkRun:
    """What a run made: the head at path, the trunk's trained tensors at trunk_path, scores before and after."""

    path: Path
    trunk_path: Path
    trained: Trained
    start_scores: Scores
    scores: Scores
    record: Mapping[str, object]


def train_network_from_folder(
    folder: Path,
    *,
    validate: Path,
    pairs: Path,
    output: Path,
    cache: Path,
    network: str = "facenet-casia",
    offline_dir: Path | None = None,
    device: str = "cpu",
    plan: NetworkPlan | None = None,
    left_out: frozenset[Path] = frozenset(),
    resume: bool = False,
    on_photo: Callable[[int, int], None] = lambda _done, _all: None,
    on_step: Callable[[Progress], None] = lambda _progress: None,
) -> NetworkRun:
    """Train the last blocks of `network`, or all of it, from its shipped head on; folders as in folder.

    Writes NAME.safetensors (the head), NAME.trunk.safetensors (the trunk's trained tensors) and NAME.json. The record's
    trunk digest is of both trunk files, so the head is never put upon the trunk as it was (see recog.embed.tuning).

    Raises:
        TrainingError: the data does not suffice, training collapsed before it got anywhere, or a checkpoint is in the
            way, or of another run.
        EvaluationError: the pairs file is not one.
        WeightsError: the networks cannot be had.
    """
    plan = NetworkPlan() if plan is None else plan
    if len(network_named(network).parts) != 1:
        raise TrainingError(
            f"the network {network} has several trunks, and blocks are trained of one: choose one of "
            f"{', '.join(name for name, each in NETWORKS.items() if len(each.parts) == 1)}"
        )
    start = head_of(network)
    detector = MtcnnDetector(cache=cache, offline_dir=offline_dir, device=device)
    trunk = Trunk(network, cache=cache, offline_dir=offline_dir, device=device)
    return train_network(
        labelled_photos(folder, pattern=plan.pattern),
        read_pair_list(validate, pairs),
        detector,
        trunk,
        start=LinearHead(start.weight, start.bias),
        plan=plan,
        output=output,
        cache=cache / "features",
        network=network,
        left_out=left_out,
        resume=resume,
        on_photo=on_photo,
        on_step=on_step,
    )


def train_network(
    people: LabelledPhotos,
    pairs: PairList,
    detector: Detector,
    trunk: PretrainedTrunk,
    *,
    start: LinearHead,
    plan: NetworkPlan,
    output: Path,
    cache: Path,
    network: str,
    left_out: frozenset[Path] = frozenset(),
    resume: bool = False,
    on_photo: Callable[[int, int], None] = lambda _done, _all: None,
    on_step: Callable[[Progress], None] = lambda _progress: None,
) -> NetworkRun:
    """The run itself, on photos and networks that are there; the trunk's network is changed in place."""
    faces = located_faces(
        people, detector, undetected=Undetected.PAD if plan.tight else Undetected.LEAVE_OUT, cache=cache,
        progress=on_photo,
    )  # fmt: skip
    paired = located_faces(pairs.photos, detector, undetected=Undetected.CENTRE, cache=cache, progress=on_photo)
    if len(paired.rows) != len(pairs.photos.paths):
        raise TrainingError(f"{len(pairs.photos.paths) - len(paired.rows)} photos of the pairs cannot be read")
    held_out = held_out_people(np.unique(faces.labels), share=plan.held_out, seed=plan.settings.seed)
    learnt = faces.of_people(np.setdiff1d(faces.labels, held_out)).without(left_out)
    kept_back = faces.of_people(held_out)
    check_split(learnt.labels, kept_back.labels)
    tunable = TunableNetwork(trunk, start, part=plan.part, bf16=plan.bf16)
    validate = _Validate(tunable, kept_back, paired, pairs, plan)
    learner = NetworkLearner(
        tunable, learnt, crop_scale=plan.crop_scale, augmentation=plan.augmentation, seed=plan.settings.seed
    )
    data = people.digest()
    checkpoint = CheckpointFile(
        output / f"{plan.name}.checkpoint.safetensors",
        {
            "trunk": trunk.sha256,
            "start": start.sha256,
            "detector": detector.sha256,
            "data": data,
            "faces": len(learnt.rows),
            "plan": asdict(plan),
        },
    )
    checkpoint.expect(resume=resume)
    trained = train(
        learner,
        learnt.labels,
        plan.settings,
        validate=validate,
        score=DECIDING_SCORE,
        never_below=["accuracy"],
        checkpoint=checkpoint,
        progress=on_step,
    )
    if plan.half:
        rounded = {name: t.half().float() if name.startswith("trunk.") else t for name, t in trained.best.items()}
        trained = replace(trained, best=rounded)
    tunable.load(trained.best)
    scores, start_scores = validate(), trained.history[0].scores
    blob = tunable.trunk_bytes(half=plan.half)
    head = tunable.head()
    record = {
        "name": plan.name,
        "sha256": head.sha256,
        "trunk": network,
        "trunk_sha256": tuned_sha256(trunk.sha256, blob),
        "trunk_before_sha256": trunk.sha256,
        "trunk_bytes": len(blob),
        "detector_sha256": detector.sha256,
        "crop_scale": plan.crop_scale,
        "flip": plan.flip,
        "input_size": INPUT_SIZE,
        "dim": len(head.weight),
        "trained_on": plan.data,
        "arguments": asdict(plan),
        "data": {
            "sha256": data,
            "photos": len(people.paths),
            "faces_trained": len(learnt.rows),
            "people_trained": len(np.unique(learnt.labels)),
            "people_held_out": len(held_out),
        },
        "validation": {"sha256": pairs.photos.digest(), "pairs": len(pairs.same)},
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
    checkpoint.remove()
    return NetworkRun(path, trunk_path, trained, start_scores, scores, record)


class _Validate:
    """Scores the network as it is, on the pairs and on the people held out, by way of the frozen stages' outputs."""

    def __init__(
        self, network: TunableNetwork, held_out: LocatedFaces, paired: LocatedFaces, pairs: PairList, plan: NetworkPlan
    ) -> None:
        self._network, self._pairs, self._flip = network, pairs, plan.flip
        self._held_out = (StemOutputs(held_out, network, crop_scale=plan.crop_scale), held_out)
        self._paired = (StemOutputs(paired, network, crop_scale=plan.crop_scale), paired)

    def __call__(self) -> Scores:
        validation = Validation(
            self._pairs,
            tuned_features(self._network, *self._paired),
            held_out=tuned_features(self._network, *self._held_out),
            flip=self._flip,
        )
        return validation(self._network.head())
