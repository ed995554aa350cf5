"""Fine-tune the last blocks of a trunk, or all of it, with its network's head on a folder of people."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from recog.datasets.faces import Undetected
from recog.datasets.people import LabelledPhotos, labelled_photos
from recog.datasets.split import check_split, held_out_people
from recog.embed.info import head_of
from recog.embed.network import network_named
from recog.errors import TrainingError
from recog.train.checkpoint import CheckpointFile
from recog.train.head import LinearHead
from recog.train.located import LocatedFaces, located_faces
from recog.train.loop import Scores, train
from recog.train.network import OtherTrunks, TunableNetwork
from recog.train.network_files import NetworkRun, NetworkSource, write_network
from recog.train.network_training import Cropping, NetworkLearner, StemOutputs, tuned_features
from recog.train.options import RunOptions, Runtime, TrainingData
from recog.train.plans import DECIDING_SCORE, NetworkPlan
from recog.train.stages import PretrainedTrunk
from recog.train.trunk_choice import FrozenTrunks, load_torch_trunk, trained_part
from recog.train.validation import PairList, Validation, read_pair_list
from recog.types import Detector, View


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkStart:
    """The network to fine-tune: its name, the trunk to train, which is changed in place, and the head to start from.

    tuned_trunk names the weights of that trunk. others are the trunks beside it, views the network's views of a face.
    digest maps the trunk's digest to that of everything below the head.
    """

    name: str
    tuned_trunk: str
    trunk: PretrainedTrunk
    head: LinearHead
    others: OtherTrunks | None = None
    views: tuple[View, ...] = ()
    digest: Callable[[str], str] = str


def load_start(plan: NetworkPlan, runtime: Runtime) -> NetworkStart:
    """Load a network with its shipped head, on torch, to train the trunk that the plan names.

    The head starts without its local centring, whose centres belong to embeddings of the trunk as it was.

    Raises:
        TrainingError: the network has no such trunk, or several and the plan names none.
        ConfigError: there is no such network.
        WeightsError: the networks cannot be had.
    """
    network = network_named(runtime.network)
    part = trained_part(network, plan.trunk)
    shipped = head_of(network.name)
    trunks = [load_torch_trunk(each, runtime) for each in network.parts]
    at = network.parts.index(part)

    def digest(tuned: str) -> str:
        return network.trunks_sha256([tuned if place == at else each.sha256 for place, each in enumerate(trunks)])

    return NetworkStart(
        name=network.name,
        tuned_trunk=part.weights,
        trunk=trunks[at],
        head=LinearHead(shipped.weight, shipped.bias),
        others=FrozenTrunks(network, part, trunks),
        views=network.views,
        digest=digest,
    )


def train_network_from_folder(data: TrainingData, plan: NetworkPlan, runtime: Runtime, run: RunOptions) -> NetworkRun:
    """Fine-tune a network from its shipped head on.

    Writes NAME.safetensors (the head), NAME.trunk.safetensors (the trunk's trained tensors) and NAME.json.

    Raises:
        TrainingError: the data does not suffice, training collapsed before anything was better than the start, or a
            checkpoint is in the way or of another run.
        EvaluationError: the pairs file is malformed.
        Otherwise as load_start.
    """
    return train_network(
        labelled_photos(data.folder, pattern=plan.pattern),
        read_pair_list(data.photos, data.pairs),
        runtime.load_detector(),
        load_start(plan, runtime),
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
    tunable = TunableNetwork(
        start.trunk, start.head, part=plan.part, blocks=plan.blocks, rank=plan.rank, bf16=plan.bf16,
        others=start.others, seed=plan.settings.seed,
    )  # fmt: skip
    cropping = Cropping(plan.crop_scale, start.views)
    validate = _Validate(tunable, faces, pairs, cropping, flip=plan.flip)
    checkpoint = CheckpointFile(
        run.output / f"{plan.name}.checkpoint.safetensors",
        {
            "trunk": start.digest(start.trunk.sha256),
            "start": start.head.sha256,
            "detector": detector.sha256,
            "data": people.digest(),
            "faces": len(faces.learnt.rows),
            "plan": asdict(plan),
        },
    )
    checkpoint.expect(resume=run.resume)
    trained = train(
        NetworkLearner(tunable, faces.learnt, cropping, augmentation=plan.augmentation, seed=plan.settings.seed),
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
    source = NetworkSource(
        start.name, start.tuned_trunk, start.trunk.sha256, start.digest, detector.sha256, people, pairs, faces.learnt,
        held_out=len(np.unique(faces.held_out.labels)),
    )  # fmt: skip
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

    def __init__(
        self, network: TunableNetwork, faces: _Located, pairs: PairList, cropping: Cropping, *, flip: bool
    ) -> None:
        self._network, self._pairs, self._flip = network, pairs, flip
        self._held_out = (StemOutputs(faces.held_out, network, cropping), faces.held_out)
        self._paired = (StemOutputs(faces.paired, network, cropping), faces.paired)

    def __call__(self) -> Scores:
        validation = Validation(
            self._pairs,
            tuned_features(self._network, *self._paired),
            held_out=tuned_features(self._network, *self._held_out),
            flip=self._flip,
        )
        return validation(self._network.head())
