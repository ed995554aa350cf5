"""Depth and movement of what a simulated camera films: a head before a background, or a sheet that shows one.

Places are in eye distances, x to the right and y down from the middle of the face, z towards the camera.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

CAMERA = 9.0
"""Distance of the camera from the face, about 55 cm."""
_STEPS = 4
"""Fixed-point steps that invert the projection; the movements are small."""


@dataclass(frozen=True, slots=True)
class Movement:
    """Movements over time, (frames,) each: turns in radians, shifts in eye distances."""

    yaw: Tensor
    pitch: Tensor
    roll: Tensor
    shift: Tensor
    """(frames, 3)."""


@dataclass(frozen=True, slots=True)
class Face:
    """Landmarks of a face (5, 2), in eye distances from their mean."""

    points: Tensor


def wander(generator: torch.Generator, frames: int, rate: float, size: float, *, fastest: float = 1.2) -> Tensor:
    """Return a smooth random signal (frames,) with a largest value of about `size`."""
    time = torch.arange(frames) / rate
    draw = torch.rand(3, 5, generator=generator)
    speeds = 0.08 + (fastest - 0.08) * draw[0] ** 2
    parts = torch.sin(2 * torch.pi * (speeds[:, None] * time + draw[1][:, None])) * (draw[2] / (0.5 + speeds))[:, None]
    signal = parts.sum(0)
    return size * (signal - signal.mean()) / signal.abs().max().clamp(min=1e-6)


def between(generator: torch.Generator, low: float, high: float) -> float:
    """Return a random number."""
    return low + (high - low) * float(torch.rand((), generator=generator))


def between_logs(generator: torch.Generator, low: float, high: float) -> float:
    """Return a random number whose logarithm is even."""
    return float(low * (high / low) ** float(torch.rand((), generator=generator)))


def movement(generator: torch.Generator, frames: int, rate: float, *, turn: float, shift: float) -> Movement:
    """Return random movements of at most about `turn` radians and `shift` eye distances."""
    sizes = [between(generator, 0.4, 1.0), between(generator, 0.2, 0.7), between(generator, 0.1, 0.4)]
    yaw, pitch, roll = (wander(generator, frames, rate, turn * size) for size in sizes)
    shifts = torch.stack([wander(generator, frames, rate, shift * size) for size in (1.0, 0.7, 0.8)], dim=1)
    return Movement(yaw, pitch, roll, shifts)


def head_depth(places: Tensor, face: Face, *, relief: float = 1.0) -> Tensor:
    """Return the depth of a head at places (..., 2): an ellipsoid with a nose, lips and eye sockets.

    relief: 1 is a head; less is a mask of paper, bent around one.
    """
    x, y = places[..., 0], places[..., 1]
    round_ = torch.sqrt((1 - (x / 1.3) ** 2 - ((y + 0.2) / 1.9) ** 2).clamp(min=0.0))
    nose, eyes = face.points[2], face.points[:2]
    depth = 1.1 * round_ - 0.9 + relief * 0.42 * _bump(places, nose - torch.tensor([0.0, 0.1]), 0.2, 0.32)
    depth = depth + relief * 0.08 * _bump(places, face.points[3:].mean(0), 0.35, 0.18)
    for eye in eyes:
        depth = depth - relief * 0.1 * _bump(places, eye, 0.25, 0.15)
    return depth


def head_mask(places: Tensor) -> Tensor:
    """Return how much places (..., 2) belong to the head: 1 on it, 0 behind, soft at its outline."""
    x, y = places[..., 0], places[..., 1]
    outside = (x / 1.35) ** 2 + ((y + 0.15) / 2.0) ** 2
    return ((1.35 - outside) / 0.45).clamp(0, 1)


def _bump(places: Tensor, at: Tensor, wide: float, high: float) -> Tensor:
    return torch.exp(-(((places[..., 0] - at[0]) / wide) ** 2) - ((places[..., 1] - at[1]) / high) ** 2)


def turned(points: Tensor, moved: Movement, pivot: Tensor) -> Tensor:
    """Move points (frames, n, 3) about a pivot (3,), frame by frame."""
    zero, one = torch.zeros_like(moved.yaw), torch.ones_like(moved.yaw)
    cy, sy, cp, sp = moved.yaw.cos(), moved.yaw.sin(), moved.pitch.cos(), moved.pitch.sin()
    cr, sr = moved.roll.cos(), moved.roll.sin()
    yaw = torch.stack([cy, zero, sy, zero, one, zero, -sy, zero, cy], -1).view(-1, 3, 3)
    pitch = torch.stack([one, zero, zero, zero, cp, -sp, zero, sp, cp], -1).view(-1, 3, 3)
    roll = torch.stack([cr, -sr, zero, sr, cr, zero, zero, zero, one], -1).view(-1, 3, 3)
    return (points - pivot) @ (roll @ pitch @ yaw).transpose(1, 2) + pivot + moved.shift[:, None]


@dataclass(frozen=True, slots=True)
class HeadShape:
    """A head before a background that is `behind` eye distances away, filmed by a camera that is held by hand."""

    face: Face
    head: Movement
    camera: Movement
    behind: float
    relief: float = 1.0

    def seen_at(self, places: Tensor) -> Tensor:
        """Return where points of the picture (frames, n, 2) are seen, (frames, n, 2)."""
        mask = head_mask(places)[..., None]
        depth = mask * head_depth(places, self.face, relief=self.relief)[..., None] - (1 - mask) * self.behind
        points = torch.cat([places * (CAMERA - depth) / CAMERA, depth], -1)
        moved = turned(points, self.head, torch.tensor([0.0, 0.9, -0.9]))
        return _projected(mask * moved + (1 - mask) * points, self.camera)


@dataclass(frozen=True, slots=True)
class SheetShape:
    """A sheet or a screen that is held before a camera; bend (frames,) curves it along `axis` (2,)."""

    sheet: Movement
    camera: Movement
    bend: Tensor
    axis: Tensor

    def seen_at(self, places: Tensor) -> Tensor:
        """Return where points of the sheet (frames, n, 2) are seen, (frames, n, 2)."""
        depth = -self.bend[:, None, None] * ((places @ self.axis) ** 2)[..., None]
        points = torch.cat([places * (CAMERA - depth) / CAMERA, depth], -1)
        return _projected(turned(points, self.sheet, torch.zeros(3)), self.camera)


@dataclass(frozen=True, slots=True)
class WallShape:
    """A background `behind` eye distances away."""

    camera: Movement
    behind: float

    def seen_at(self, places: Tensor) -> Tensor:
        """Return where points of the wall (frames, n, 2) are seen, (frames, n, 2)."""
        depth = torch.full_like(places[..., :1], -self.behind)
        return _projected(torch.cat([places * (CAMERA - depth) / CAMERA, depth], -1), self.camera)


def _projected(points: Tensor, camera: Movement) -> Tensor:
    seen = turned(points, camera, torch.tensor([0.0, 0.0, CAMERA]))
    return seen[..., :2] * CAMERA / (CAMERA - seen[..., 2:])


Shape = HeadShape | SheetShape | WallShape


def shown_places(shape: Shape, seen: Tensor, frames: int) -> Tensor:
    """Return the points of the picture that are seen at places (n, 2) of each frame: (frames, n, 2)."""
    target = seen.expand(frames, -1, -1)
    places = target.clone()
    for _ in range(_STEPS):
        places = places + target - shape.seen_at(places)
    return places
