"""Feature rows that are those of several networks side by side, and the one linear map that their PCA start needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recog.embed.network import Network
from recog.errors import TrainingError
from recog.train.features import FaceFeatures
from recog.train.head import LinearHead
from recog.train.pca import read_bottleneck
from recog.weights.pull import ensure_weights


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureBlock:
    """The next `width` columns of a feature row, which are one network's.

    bottleneck is that network's own linear map of them, (outputs, width); None takes the columns themselves. share is
    the part of all variance that these outputs get beside the other blocks' shares: without it, the network with the
    largest numbers would choose the principal axes alone. centring is how much of their mean is taken off them, 0 to 1.
    dlib's outputs have a mean twice as long as they scatter, and were trained with it: distances tell people apart best
    with a part of it, on CelebA and on LFW View 1 alike.
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
    """One linear map on whole rows (n, width): the outputs of every block side by side, scaled to their shares.

    One block alone is not scaled: nothing stands beside it. Of each, its `centring` of its mean is taken off.
    The variance of a block's outputs over these rows, summed over its columns, becomes share / sum of shares. It is
    what pca.principal_start takes as its bottleneck.
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
    """The blocks of a network's feature rows, each with the linear map that its own trunk puts on its features.

    shares and centrings are one for each trunk, by default the network's own. TrainingError where there are more or
    fewer, or one is none.
    """
    shares = tuple(shares) or tuple(part.share for part in network.parts)
    centrings = tuple(centrings) or tuple(part.centring for part in network.parts)
    for what, given in (("shares", shares), ("centrings", centrings)):
        if len(given) != len(network.parts):
            raise TrainingError(f"{network.name} has {len(network.parts)} trunks, and {len(given)} {what} are given")
    if not all(share > 0 for share in shares) or not all(0 <= centring <= 1 for centring in centrings):
        raise TrainingError(f"the shares {list(shares)} lie above 0, the centrings {list(centrings)} from 0 to 1")
    return [
        FeatureBlock(
            width=part.features,
            bottleneck=read_bottleneck(ensure_weights(part.weights, cache=cache, offline_dir=offline_dir)),
            share=share,
            centring=centring,
        )
        for part, share, centring in zip(network.parts, shares, centrings, strict=True)
    ]


def joined_faces(parts: Sequence[FaceFeatures]) -> FaceFeatures:
    """The same faces as several networks see them, one row a face: features side by side in the order of `parts`."""
    first = parts[0]
    for other in parts[1:]:
        if not (np.array_equal(other.photos, first.photos) and np.array_equal(other.labels, first.labels)):
            raise ValueError(
                "features of different faces cannot be joined: compute them from the same photos and boxes"
            )
    return FaceFeatures(
        np.concatenate([part.features for part in parts], axis=1),
        np.concatenate([part.mirrored for part in parts], axis=1),
        first.labels,
        first.photos,
        first.found,
    )
