"""What a network is shown of a photo: its largest face, cut as the network wants it, or the middle of the photo."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np

from recog.crop import face_views
from recog.detect.windows import windows
from recog.embed.crops import INPUT_SIZE
from recog.embed.description import Description, described
from recog.embed.network import DLIB_RESNET, Network, network_named
from recog.embed.onnx import OnnxNetwork
from recog.explain.middle import middle
from recog.explain.network import LayeredNetwork
from recog.explain.sources import STAGES, YUNET
from recog.library.any_turn import find_faces
from recog.library.close_up import close_ups, longest_side
from recog.library.networks import Networks
from recog.style.layers import CONVENTIONS
from recog.types import Crops, DecodedPhoto, FaceBox, Pixels

_CROP_SCALE = 1.19
"""Side of a crop over that of the detector's box, as the shipped heads were trained."""
_WHOLE = frozenset({"pnet", YUNET, *CONVENTIONS})
"""The networks that are shown photos, not faces."""
_NETWORK_OF = {DLIB_RESNET: "facenet-dlib"}
"""The network that has a trunk, where it is called otherwise."""

Shown: TypeAlias = Callable[[DecodedPhoto], Crops]
"""Gives what a network is shown of a photo: (1, side, side, 3) uint8, or (0, side, side, 3) if there is nothing."""

_Cut: TypeAlias = Callable[[Pixels, FaceBox], Crops]


def sees_faces(name: str) -> bool:
    """Return whether the network of that name is shown faces; else it is shown photos."""
    return name not in _WHOLE


def longest_needed(network: LayeredNetwork, networks: Networks) -> int | None:
    """Return the long side to which photos may be decoded for a network; None if it needs full resolution."""
    return longest_side(networks.detector) if sees_faces(network.name) else 4 * network.side


def shown_by(network: LayeredNetwork, networks: Networks, *, own_networks: Path) -> Shown:
    """Return what cuts a photo for a network; own_networks is the directory of descriptions."""
    name, side = network.name, network.side
    if not sees_faces(name):
        return lambda photo: middle(photo.pixels, side)[None]
    if name in STAGES:
        cut: _Cut = partial(_window, side=side)
    elif (description := described(name, directory=own_networks)) is not None:
        cut = _of_description(description)
    else:
        cut = _of_trunk(name)
    return lambda photo: _largest_face(photo, networks, side, cut)


def _largest_face(photo: DecodedPhoto, networks: Networks, side: int, cut: _Cut) -> Crops:
    factor = photo.reduced.factor if photo.reduced else 1
    found = find_faces(networks.detector, photo.pixels, min_face=networks.min_face, factor=factor)
    if not found:
        return np.empty((0, side, side, 3), np.uint8)
    largest = max(found, key=lambda box: box.width * box.height)
    ((pixels, box),) = close_ups(photo, [largest])
    return cut(pixels, box)


def _window(pixels: Pixels, box: FaceBox, *, side: int) -> Crops:
    """Cut the square about a box as MTCNN's later networks see it."""
    half, x, y = max(box.width, box.height) / 2, (box.left + box.right) / 2, (box.top + box.bottom) / 2
    square = np.array([[x - half, y - half, x + half, y + half]], np.float32)
    return windows(pixels, square, side).transpose(0, 2, 3, 1)


def _of_trunk(name: str) -> _Cut:
    network = network_named(_NETWORK_OF.get(name, name))
    part = next(part for part in network.parts if part.weights == name)
    alone = Network(name, (part,))

    def cut(pixels: Pixels, box: FaceBox) -> Crops:
        return alone.seen(part, face_views(pixels, [box], scale=_CROP_SCALE, size=INPUT_SIZE, views=alone.views))

    return cut


def _of_description(one: Description) -> _Cut:
    views = OnnxNetwork(one).views

    def cut(pixels: Pixels, box: FaceBox) -> Crops:
        return face_views(pixels, [box], scale=one.crop_scale, size=one.input_size, views=views)[..., -3:]

    return cut
