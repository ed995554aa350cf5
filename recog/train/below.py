"""What lies below a head that is trained: recog's own trunks, or the user's own network from an ONNX file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recog.embed.description import Description, described
from recog.embed.network import NETWORKS, network_named
from recog.embed.onnx import OnnxNetwork
from recog.embed.onnx_embedder import OnnxFeatures
from recog.embed.trunks import load_trunks
from recog.errors import TrainingError
from recog.train.blocks import FeatureBlock, network_blocks
from recog.train.features import INPUT_SIZE, FeatureNetwork
from recog.train.options import Runtime
from recog.train.plans import HeadPlan
from recog.types import Crops, View
from recog.weights.loading import LoadOptions


@dataclass(frozen=True, slots=True)
class Below:
    """A network without its head, the blocks of its features, and the crops that it takes.

    plan is the plan of the run with what the network decides: crop_scale, flip, dim, shares and centrings.
    """

    trunk: FeatureNetwork
    blocks: Sequence[FeatureBlock]
    plan: HeadPlan
    input_size: int = INPUT_SIZE
    views: tuple[View, ...] = ()


def load_below(plan: HeadPlan, runtime: Runtime) -> Below:
    """Load the network that a head is trained on.

    Raises:
        TrainingError: the number of shares or centrings is wrong.
        ConfigError: there is no such network.
        WeightsError: the weights cannot be had.
    """
    if runtime.own_networks is not None and runtime.network not in NETWORKS:
        description = described(runtime.network, directory=runtime.own_networks)
        if description is not None:
            return _own(description, plan, runtime)
    return _of_recog(plan, runtime)


def _of_recog(plan: HeadPlan, runtime: Runtime) -> Below:
    network = network_named(runtime.network)
    plan = replace(
        plan,
        shares=plan.shares or tuple(part.share for part in network.parts),
        centrings=plan.centrings or tuple(part.centring for part in network.parts),
    )
    cache, offline_dir = runtime.cache, runtime.offline_dir
    trunk = load_trunks(network, cache=cache, encoder=runtime.encoder, offline_dir=offline_dir, device=runtime.device)
    blocks = network_blocks(network, shares=plan.shares, centrings=plan.centrings, cache=cache, offline_dir=offline_dir)
    return Below(trunk, blocks, plan, views=network.views)


@dataclass(frozen=True, slots=True)
class _OwnTrunk:
    """A network of the user's own as a recog.train.features.FeatureNetwork: its output of unit length is the features.

    sha256 covers the file and the preprocessing.
    """

    sha256: str
    network: OnnxFeatures

    def features(self, crops: Crops) -> NDArray[np.float32]:
        """Run the network: (n, size, size, 3 * views) uint8 -> (n, dim) float32."""
        return self.network.features(crops)


def _own(description: Description, plan: HeadPlan, runtime: Runtime) -> Below:
    """Load a network of the user's own.

    Nothing is subtracted from its output unless the plan says so, so a run to as many dimensions starts at the
    distances that the network was trained for.
    """
    shares, centrings = plan.shares or (1.0,), plan.centrings or (0.0,)
    if len(shares) != 1 or len(centrings) != 1 or not 0 <= centrings[0] <= 1:
        raise TrainingError(f"{description.name} takes no share and one centring from 0 to 1")
    plan = replace(
        plan,
        shares=shares,
        centrings=centrings,
        dim=min(plan.dim, description.dim),
        crop_scale=description.crop_scale,
        flip=description.flip,
    )
    own = OnnxNetwork(description)
    options = LoadOptions(cache=runtime.cache, offline_dir=runtime.offline_dir, device=runtime.device)
    return Below(
        _OwnTrunk(own.features_sha256, own.features(options)),
        [FeatureBlock(width=description.dim, centring=centrings[0])],
        plan,
        input_size=description.input_size,
        views=own.views,
    )
