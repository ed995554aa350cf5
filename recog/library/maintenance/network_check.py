"""The check of a new network by running it: embeddings must say something of a face, and the same each time."""

from typing import Protocol

import numpy as np

from recog.distance import paired_squared_distances
from recog.errors import WeightsMismatchError
from recog.types import Crops, Embeddings

_PICTURES = 8
_SAME = 1e-5
"""Largest squared distance between two embeddings of one picture, which float32 may round differently."""
_OTHER = 1e-4
"""Least squared distance of the two farthest of all pictures; SFace has 1.9 between pictures of noise."""


class Network(Protocol):
    """The part of recog.embed.onnx_embedder.OnnxFeatures that the check needs."""

    def features(self, crops: Crops) -> Embeddings:
        """Run the network: (n, size, size, 3 * views) uint8 -> (n, dim) unit rows."""


def check_network(name: str, network: Network, pictures: Crops) -> None:
    """Run a network on different pictures of `noise`, together and alone.

    Raises:
        WeightsMismatchError: it fails, returns NaN or only zeros, does not distinguish the pictures, or embeds one
            picture differently each time.
    """
    together = network.features(pictures)
    again = network.features(pictures)
    if paired_squared_distances(together, again).max() > _SAME:
        raise WeightsMismatchError(
            f"the network {name} embeds one picture differently each time: export it for inference, without dropout"
        )
    alone = np.concatenate([network.features(pictures[row : row + 1]) for row in range(len(pictures))])
    if paired_squared_distances(together, alone).max() > _SAME:
        raise WeightsMismatchError(
            f"the network {name} embeds a picture differently beside others: export it for inference, so that "
            "batch normalisation uses the means of its training"
        )
    if paired_squared_distances(together, np.roll(together, 1, axis=0)).max() < _OTHER:
        raise WeightsMismatchError(
            f"the network {name} embeds all of {len(pictures)} different pictures alike: check mean, scale and the file"
        )


def noise(size: int, *, views: int) -> Crops:
    """Return pictures of coarse noise of different brightness and colour, (8, size, size, 3 * views) uint8.

    Each is 8 x 8 squares, because some networks see no difference between pictures of fine noise.
    """
    draw = np.random.default_rng(0)
    coarse = draw.integers(0, 256, (_PICTURES, 8, 8, 3 * views)).astype(np.float64)
    tint = draw.uniform(0.3, 1.0, (_PICTURES, 1, 1, 3 * views))
    places = np.arange(size) * 8 // size
    pictures: Crops = (coarse * tint)[:, places][:, :, places].astype(np.uint8)
    return pictures
