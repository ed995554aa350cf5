"""Feature rows of several trunks side by side, and the linear map that their PCA start needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recog.embed.network import Network
from recog.errors import TrainingError
from recog.train.head import LinearHead
from recog.train.pca import read_bottleneck
from recog.weights.pull import ensure_weights


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureBlock:
    """The next `width` columns of a feature row, which come from one trunk.

    bottleneck is the trunk's own linear map of its features, (outputs, width); None uses the columns themselves. share,
    relative to the shares of the other blocks, is the part of the total variance that the outputs get: without it, the
    trunk with the largest numbers would choose the principal axes alone. centring, 0 to 1, is the part of the outputs'
    mean that is subtracted: dlib's mean is twice as long as its outputs scatter, and a part of it helps (see
    docs/decisions/pca-start.md).

    Raises:
        ValueError: a value is out of its range, or the bottleneck is of another width.
    """

    width: int
    bottleneck: LinearHead | None = None
    share: float = 1.0
    centring: float = 1.0

    def __post_init__(self) -> None:
        if self.width < 1 or not self.share > 0:
            raise ValueError(f"a block has a width of at least 1 and a share above 0, not {self.width}, {self.share}")
        if not 0 <= self.centring <= 1:
            raise ValueError(f"a block's centring is a share of its mean, 0 to 1, not {self.centring}")
        if self.bottleneck is not None and self.bottleneck.weight.shape[1] != self.width:
            raise ValueError(f"a bottleneck of {self.bottleneck.weight.shape[1]} features under {self.width} columns")


def joined_bottleneck(features: NDArray[np.float32], blocks: Sequence[FeatureBlock]) -> LinearHead:
    """Return one linear map on whole rows (n, width): the outputs of all blocks side by side, scaled and centred.

    The variance of a block's outputs over these rows, summed over its columns, becomes share / sum of shares. A single
    block is not scaled. The map is the bottleneck of pca.principal_start.

    Raises:
        ValueError: the rows do not fit the blocks, or a block is constant.
    """
    if features.ndim != 2 or features.shape[1] != sum(block.width for block in blocks):
        raise ValueError(f"features {features.shape} are not rows of blocks {[block.width for block in blocks]}")
    total = sum(block.share for block in blocks)
    weights, biases = [], []
    left = 0
    for block in blocks:
        columns = features[:, left : left + block.width]
        own = LinearHead(np.eye(block.width, dtype=np.float32), np.zeros(block.width, dtype=np.float32))
        network = own if block.bottleneck is None else block.bottleneck
        outputs = columns @ network.weight.T + network.bias
        variance = outputs.var(axis=0, dtype=np.float64).sum()
        if not variance > 0:
            raise ValueError(f"columns {left} to {left + block.width} are the same in all {len(features)} rows")
        scale = np.sqrt(block.share / total / variance) if len(blocks) > 1 else 1.0
        origin = block.centring * outputs.mean(axis=0, dtype=np.float64)
        weight = np.zeros((len(network.weight), features.shape[1]), dtype=np.float32)
        weight[:, left : left + block.width] = network.weight * scale
        weights.append(weight)
        biases.append((network.bias - origin) * scale)
        left += block.width
    return LinearHead(np.concatenate(weights), np.concatenate(biases).astype(np.float32))


def network_blocks(
    network: Network,
    *,
    shares: Sequence[float] = (),
    centrings: Sequence[float] = (),
    cache: Path,
    offline_dir: Path | None = None,
) -> list[FeatureBlock]:
    """Return the blocks of a network's feature rows, each with the bottleneck of its own trunk.

    shares and centrings have one value per trunk; if they are empty, the network's own count.

    Raises:
        TrainingError: the number of shares or centrings is wrong, or a value is out of its range.
        WeightsError: the weights cannot be had.
    """
    shares = tuple(shares) or tuple(part.share for part in network.parts)
    centrings = tuple(centrings) or tuple(part.centring for part in network.parts)
    for what, given in (("shares", shares), ("centrings", centrings)):
        if len(given) != len(network.parts):
            raise TrainingError(f"{network.name} has {len(network.parts)} trunks, and {len(given)} {what} are given")
    if not all(share > 0 for share in shares) or not all(0 <= centring <= 1 for centring in centrings):
        raise TrainingError(f"the shares {list(shares)} must lie above 0, the centrings {list(centrings)} from 0 to 1")
    return [
        FeatureBlock(
            width=part.features,
            bottleneck=read_bottleneck(ensure_weights(part.weights, cache=cache, offline_dir=offline_dir)),
            share=share,
            centring=centring,
        )
        for part, share, centring in zip(network.parts, shares, centrings, strict=True)
    ]
