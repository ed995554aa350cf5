"""Fine-tune the last blocks of a trunk, or all of it, with its head on a folder of people."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from recog.datasets.faces import Undetected
from recog.datasets.people import LabelledPhotos, labelled_photos
from recog.datasets.split import check_split, held_out_people
from recog.embed.info import head_of
from recog.embed.network import NETWORKS, network_named
from recog.embed.trunk import Trunk
from recog.errors import TrainingError
from recog.train.checkpoint import CheckpointFile
from recog.train.head import LinearHead
from recog.train.located import LocatedFaces, located_faces
from recog.train.loop import Scores, train
from recog.train.network import PretrainedTrunk, TunableNetwork
from recog.train.network_files import NetworkRun, NetworkSource, write_network
from recog.train.network_training import NetworkLearner, StemOutputs, tuned_features
from recog.train.options import RunOptions, Runtime, TrainingData
from recog.train.plans import DECIDING_SCORE, NetworkPlan
from recog.train.validation import PairList, Validation, read_pair_list
from recog.types import Detector


@dataclass(frozen=True, slots=True)
class NetworkStart:
    """The network to fine-tune: its name, its trunk, which is changed in place, and the head to start from."""

    name: str
    trunk: PretrainedTrunk
    head: LinearHead


def train_network_from_folder(data: TrainingData, plan: NetworkPlan, runtime: Runtime, run: RunOptions) -> NetworkRun:
    """Fine-tune a network from its shipped head on.

    Writes NAME.safetensors (the head), NAME.trunk.safetensors (the trunk's trained tensors) and NAME.json.

    Raises:
        TrainingError: the data does not suffice, training collapsed before anything was better than the start, or a
            checkpoint is in the way or of another run.
        EvaluationError: the pairs file is malformed.
        WeightsError: the networks cannot be had.
    """
    tunable = [name for name, each in NETWORKS.items() if [part.sees_all for part in each.parts] == [True]]
    if network_named(runtime.network).name not in tunable:
        raise TrainingError(
            f"blocks are trained of a network of one trunk that sees the crop along the box, and {runtime.network} is "
            f"none: choose one of {', '.join(tunable)}"
        )
    shipped = head_of(runtime.network)
    detector = runtime.load_detector()
    trunk = Trunk(runtime.network, cache=runtime.cache, offline_dir=runtime.offline_dir, device=runtime.device)
    return train_network(
        labelled_photos(data.folder, pattern=plan.pattern),
        read_pair_list(data.photos, data.pairs),
        detector,
        NetworkStart(runtime.network, trunk, LinearHead(shipped.weight, shipped.bias)),
        plan=plan,
        run=run,
        cache=runtime.cache / "features",
        left_out=data.left_out,
    )


def train_network(
    people: LabelledPhotos,
    pairs: PairList,
    detector: Detector,
    start: NetworkStart,
    *,
    plan: NetworkPlan,
    run: RunOptions,
    cache: Path,
    left_out: frozenset[Path] = frozenset(),
) -> NetworkRun:
    """Fine-tune loaded networks on listed photos; otherwise as train_network_from_folder."""
    faces = _located(people, pairs, detector, plan, run, cache=cache, left_out=left_out)
    tunable = TunableNetwork(start.trunk, start.head, part=plan.part, bf16=plan.bf16)
    validate = _Validate(tunable, faces, pairs, plan)
    learner = NetworkLearner(
        tunable, faces.learnt, crop_scale=plan.crop_scale, augmentation=plan.augmentation, seed=plan.settings.seed
    )
    checkpoint = CheckpointFile(
        run.output / f"{plan.name}.checkpoint.safetensors",
        {
            "trunk": start.trunk.sha256,
            "start": start.head.sha256,
            "detector": detector.sha256,
            "data": people.digest(),
            "faces": len(faces.learnt.rows),
            "plan": asdict(plan),
        },
    )
    checkpoint.expect(resume=run.resume)
    trained = train(
        learner,
        faces.learnt.labels,
        plan.settings,
        validate=validate,
        score=DECIDING_SCORE,
        never_below=["accuracy"],
        checkpoint=checkpoint,
        progress=run.on_step,
    )
    if plan.half:
        rounded = {name: t.half().float() if name.startswith("trunk.") else t for name, t in trained.best.items()}
        trained = replace(trained, best=rounded)
    tunable.load(trained.best)
    held_out = len(np.unique(faces.held_out.labels))
    source = NetworkSource(start.name, start.trunk.sha256, detector.sha256, people, pairs, faces.learnt, held_out)
    written = write_network(tunable, trained, validate(), source, plan, output=run.output)
    checkpoint.remove()
    return written


@dataclass(frozen=True, slots=True)
class _Located:
    """Faces to learn from, faces of the people held out, and faces of the pairs."""

    learnt: LocatedFaces
    held_out: LocatedFaces
    paired: LocatedFaces


def _located(
    people: LabelledPhotos,
    pairs: PairList,
    detector: Detector,
    plan: NetworkPlan,
    run: RunOptions,
    *,
    cache: Path,
    left_out: frozenset[Path],
) -> _Located:
    """Find all faces and hold people out; TrainingError if too few are left or a photo of the pairs is unreadable."""
    undetected = Undetected.PAD if plan.tight else Undetected.LEAVE_OUT
    faces = located_faces(people, detector, undetected=undetected, cache=cache, progress=run.on_photo)
    paired = located_faces(pairs.photos, detector, undetected=Undetected.CENTRE, cache=cache, progress=run.on_photo)
    if len(paired.rows) != len(pairs.photos.paths):
        raise TrainingError(f"{len(pairs.photos.paths) - len(paired.rows)} photos of the pairs cannot be read")
    held_out = held_out_people(np.unique(faces.labels), share=plan.held_out, seed=plan.settings.seed)
    learnt = faces.of_people(np.setdiff1d(faces.labels, held_out)).without(left_out)
    kept_back = faces.of_people(held_out)
    check_split(learnt.labels, kept_back.labels)
    return _Located(learnt, kept_back, paired)


class _Validate:
    """Scores the network as it is on the pairs and on the people held out, from cached outputs of the frozen stages."""

    def __init__(self, network: TunableNetwork, faces: _Located, pairs: PairList, plan: NetworkPlan) -> None:
        self._network, self._pairs, self._flip = network, pairs, plan.flip
        self._held_out = (StemOutputs(faces.held_out, network, crop_scale=plan.crop_scale), faces.held_out)
        self._paired = (StemOutputs(faces.paired, network, crop_scale=plan.crop_scale), faces.paired)

    def __call__(self) -> Scores:
        validation = Validation(
            self._pairs,
            tuned_features(self._network, *self._paired),
            held_out=tuned_features(self._network, *self._held_out),
            flip=self._flip,
        )
        return validation(self._network.head())
