"""Which parts of a face decide its embedding, and why two faces are called one person or not."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recog.crop import face_views
from recog.explain.gradients import DifferentiableFaces, gradient_map
from recog.explain.occlusion import Map, occlusion_map, share_inside
from recog.explain.parts import parts_of, shares
from recog.explain.surroundings import SIDE, Surroundings, surroundings
from recog.library.close_up import close_ups
from recog.library.explaining.results import ExplainedFace, ExplainedPair
from recog.library.networks import Networks
from recog.library.probes import Probe
from recog.types import Crops, Embeddings, FaceBox, Verification

STEP = SIDE // 16
"""Step of the covering square in pixels of the surroundings; its side is twice that, about a fifth of the face."""
COARSE_STEP = SIDE // 8
"""The step where an answer must come soon: a quarter as many pictures go through the network."""


@dataclass(frozen=True, slots=True)
class Side:
    """A face that is explained: its photo, its number, and its surroundings."""

    path: Path
    number: int
    shown: Surroundings


def side_of(probe: Probe, row: int) -> Side:
    """Return a face of a photo that is asked about."""
    ((pixels, box),) = close_ups(probe.photo, [probe.faces.boxes[row]])
    return Side(probe.path, row + 1, surroundings(pixels, box))


def explain_face(
    networks: Networks, side: Side, gradients: DifferentiableFaces | None, *, step: int = STEP
) -> ExplainedFace:
    """Return how far the embedding of a face moves if a square of it is covered.

    The gradient is that of the squared distance to the embedding of the same picture without anything in it.
    """
    shown = side.shown
    embed = _embedding(networks, shown.box)
    (own,) = embed(shown.picture[None])

    def moved(covered: Crops) -> NDArray[np.float32]:
        distances: NDArray[np.float32] = np.square(embed(covered) - own).sum(axis=1)
        return distances

    weights = occlusion_map(shown.picture, moved, side=2 * step, step=step)
    gradient = None
    if gradients is not None:
        blank = np.broadcast_to(shown.picture.mean(axis=(0, 1)), shown.picture.shape).astype(np.uint8)
        gradient = gradient_map(gradients, shown, embed(blank[None])[0])
    return _explained(side, weights, gradient)


def explain_pair(
    networks: Networks,
    sides: tuple[Side, Side],
    verification: Verification,
    gradients: DifferentiableFaces | None,
    *,
    step: int = STEP,
) -> ExplainedPair:
    """Return which squares of each of two faces speak for one person: without them the faces move apart.

    verification is what recog decided of the two.
    """
    left, right = sides
    return ExplainedPair(
        left=_beside(networks, left, right, gradients, step),
        right=_beside(networks, right, left, gradients, step),
        verification=verification,
    )


def _beside(
    networks: Networks, side: Side, other: Side, gradients: DifferentiableFaces | None, step: int
) -> ExplainedFace:
    """Explain one face of a pair: how much farther it is from the other if a square of it is covered."""
    shown = side.shown
    (goal,) = _embedding(networks, other.shown.box)(other.shown.picture[None])
    embed = _embedding(networks, shown.box)
    before = np.square(embed(shown.picture[None])[0] - goal).sum()

    def farther(covered: Crops) -> NDArray[np.float32]:
        change: NDArray[np.float32] = np.square(embed(covered) - goal).sum(axis=1) - before
        return change

    weights = occlusion_map(shown.picture, farther, side=2 * step, step=step)
    gradient = None if gradients is None else gradient_map(gradients, shown, goal)
    return _explained(side, weights, gradient)


def _embedding(networks: Networks, box: FaceBox) -> Callable[[Crops], Embeddings]:
    """Return what embeds the face in a box of pictures, (n, SIDE, SIDE, 3) uint8."""
    info = networks.info

    def embed(pictures: Crops) -> Embeddings:
        crops = [
            face_views(one, [box], scale=info.crop_scale, size=info.input_size, views=info.views) for one in pictures
        ]
        return networks.embedder.embed(np.concatenate(crops))

    return embed


def _explained(side: Side, weights: Map, gradient: Map | None) -> ExplainedFace:
    box = side.shown.box
    corners = round(box.left), round(box.top), round(box.right), round(box.bottom)
    return ExplainedFace(
        photo=side.path,
        number=side.number,
        picture=side.shown.picture,
        box=box,
        weights=weights,
        gradient=gradient,
        parts=shares(weights, parts_of(SIDE, SIDE, box)),
        inside=share_inside(np.maximum(weights, 0), corners),
        box_share=box.width * box.height / SIDE**2,
    )
