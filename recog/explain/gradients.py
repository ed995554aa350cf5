"""The gradient of the squared distance between two faces by the pixels of one of them, through recog's own networks.

The embedder of the settings computes in 8 bits and has no gradient. So its trunks are loaded once more, on torch in
float32, with the head's arithmetic after them. Resampling is linear: the gradient by the pixels of a crop or chip is
carried back to the picture that it was cut from by the same affine map.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from recog.align import place_in_photo
from recog.boxes import scaled
from recog.crop import face_views
from recog.embed.crops import INPUT_SIZE
from recog.embed.head import SHIPPED_HEADS, Head
from recog.embed.info import head_of
from recog.embed.network import NETWORKS, Network, NetworkTrunk
from recog.explain.occlusion import Map
from recog.explain.sources import layered_network
from recog.explain.surroundings import SIDE, Surroundings
from recog.explain.torch_layers import TorchLayers
from recog.weights.loading import LoadOptions

_SAMPLES, _NOISE = 6, 12.0
"""The gradient is the mean over so many pictures with noise of this deviation, in levels of 255, because that of one
picture follows its grain (SmoothGrad, Smilkov et al., arXiv:1706.03825)."""


@dataclass(frozen=True, slots=True)
class DifferentiableFaces:
    """One of recog's networks on torch, from crops to embeddings, with autograd."""

    network: Network
    trunks: tuple[TorchLayers, ...]
    head: Head
    flip: bool

    def embed(self, crops: Tensor) -> Tensor:
        """Embed (n, 160, 160, 3 + 3 * views) float32, 0 to 255: (n, dim) of unit length."""
        upright = self._embedded(crops)
        return F.normalize(upright + self._embedded(crops.flip(2))) if self.flip else upright

    def _embedded(self, crops: Tensor) -> Tensor:
        features = torch.cat(
            [self._features(part, trunk, crops) for part, trunk in zip(self.network.parts, self.trunks, strict=True)],
            dim=1,
        )
        head = self.head
        linear = F.normalize(features @ torch.from_numpy(head.weight).T + torch.from_numpy(head.bias))
        if (centring := head.local_centring) is None:
            return linear
        centres = torch.from_numpy(centring.centres)
        near = torch.softmax(centring.sharpness * (linear @ centres.T), dim=1) @ centres
        return F.normalize(linear - centring.strength * near)

    def _features(self, part: NetworkTrunk, trunk: TorchLayers, crops: Tensor) -> Tensor:
        margin, first = (INPUT_SIZE - part.side) // 2, 3 * self.network.place_of(part)
        inner = slice(margin, margin + part.side)
        seen = crops[:, inner, inner, first : first + 3].permute(0, 3, 1, 2)
        return trunk.answers(seen, trunk.layers[-1].name).mean(dim=2)


def differentiable(name: str, options: LoadOptions) -> DifferentiableFaces | None:
    """Load the network of that name with gradients; None if it has none here.

    A network of the user's own runs on OpenVINO alone; of a head with trained blocks in its trunk, only the pretrained
    trunk is known here, which would explain another network.
    """
    if name not in NETWORKS:
        return None
    network, head = NETWORKS[name], head_of(name, heads=options.heads or SHIPPED_HEADS)
    if head.tuned:
        return None
    loaded = [layered_network(part.weights, options, own_networks=options.cache) for part in network.parts]
    trunks = tuple(one for one in loaded if isinstance(one, TorchLayers))
    return DifferentiableFaces(network, trunks, head, head.flip if options.flip is None else options.flip)


def gradient_map(faces: DifferentiableFaces, shown: Surroundings, goal: NDArray[np.float32], *, seed: int = 0) -> Map:
    """Return the size of the gradient of the squared distance to `goal`, (dim,), by each pixel, (SIDE, SIDE)."""
    views, scale = faces.network.views, faces.head.crop_scale
    crops = face_views(shown.picture, [shown.box], scale=scale, size=INPUT_SIZE, views=views)
    random = np.random.default_rng(seed)
    noisy = crops + random.normal(0, _NOISE, (_SAMPLES, *crops.shape[1:])).astype(np.float32)
    total = np.zeros(crops.shape[1:], np.float32)
    for one in noisy:
        given = torch.from_numpy(one[None]).requires_grad_()
        squared = (faces.embed(given) - torch.from_numpy(goal)).square().sum()
        (found,) = torch.autograd.grad(squared, given)
        total += found[0].numpy()
    places = [_box_place(shown, scale), *(_view_place(shown, view.template, view.side) for view in views)]
    return _carried_back(total / np.float32(_SAMPLES), places)


_Place = tuple[NDArray[np.float64], NDArray[np.float64]]
"""linear and shift from a point of a crop to the picture."""


def _box_place(shown: Surroundings, scale: float) -> _Place:
    wide = scaled(shown.box, scale)
    linear = np.diag([wide.width / INPUT_SIZE, wide.height / INPUT_SIZE])
    return linear, np.array([wide.left, wide.top])


def _view_place(shown: Surroundings, template: str, side: int) -> _Place:
    linear, shift = place_in_photo(shown.box, size=side, template=template)
    return linear, shift - linear @ np.full(2, (INPUT_SIZE - side) // 2)


def _carried_back(gradient: NDArray[np.float32], places: Sequence[_Place]) -> Map:
    """Add up the sizes of the views' gradients, (160, 160, 3 * views), in the picture that they were cut from."""
    total = np.zeros((SIDE, SIDE), np.float32)
    for number, (linear, shift) in enumerate(places):
        size = np.abs(gradient[..., 3 * number : 3 * number + 3]).sum(axis=2)
        back = np.linalg.inv(linear)
        start = -back @ shift
        steps = (back[0, 0], back[0, 1], start[0], back[1, 0], back[1, 1], start[1])
        seen = Image.fromarray(size).transform((SIDE, SIDE), Image.Transform.AFFINE, steps, Image.Resampling.BILINEAR)
        total += np.asarray(seen) * np.float32(abs(np.linalg.det(back)))
    return total
