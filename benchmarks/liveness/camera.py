"""A simulated camera: what it films of living faces, prints, screens and masks, with its noise and compression."""

import io
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import av
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from benchmarks.liveness.portraits import Portrait
from benchmarks.liveness.shapes import (
    Face,
    HeadShape,
    Movement,
    Shape,
    SheetShape,
    WallShape,
    between,
    between_logs,
    head_mask,
    movement,
    shown_places,
    wander,
)
from recog.live.sequence import FRAMES, RATE
from recog.types import Pixels

SIDE = 160
"""Side of a simulated frame in pixels."""
_GRID = SIDE // 2
_PULSE = torch.tensor([0.35, 1.0, 0.6])
"""Strength of the pulse in red, green and blue, that of green being 1 (de Haan and Jeanne, 2013)."""


class Kind(StrEnum):
    """What stands before the camera."""

    LIVE = "live"
    PRINT = "flat print"
    BENT = "bent print"
    SCREEN = "photo on a screen"
    REPLAY = "video on a screen"
    MASK = "cut-out mask"


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A simulated sequence: FRAMES frames (SIDE, SIDE, 3) uint8, landmarks (FRAMES, 5, 2), and the pulse in Hz."""

    kind: Kind
    person: str
    frames: list[Pixels]
    landmarks: NDArray[np.float64]
    pulse: float | None


def film(portrait: Portrait, kind: Kind, *, seed: int, other: Portrait) -> Clip:
    """Film a portrait as that kind of thing; other: the portrait of whose surroundings a wall is made."""
    generator = torch.Generator().manual_seed(seed)
    zoom = between(generator, 25.0, 32.0)
    face = Face(torch.tensor((portrait.landmarks - portrait.landmarks.mean(0)) / portrait.eyes, dtype=torch.float32))
    camera = movement(
        generator, FRAMES, RATE, turn=between_logs(generator, 0.002, 0.03), shift=between_logs(generator, 0.01, 0.25)
    )
    picture = _picture(portrait)
    shape: Shape
    if kind in (Kind.LIVE, Kind.MASK):
        frames, shape, pulse = _living(generator, picture, face, camera, zoom, mask=kind is Kind.MASK)
    else:
        frames, shape, pulse = _sheet(generator, picture, face, camera, zoom, kind=kind, wall=_picture(other))
    points = shape.seen_at(face.points.expand(FRAMES, -1, -1)) * zoom + SIDE / 2
    jitter = between(generator, 0.1, 0.5) * torch.randn(FRAMES, 5, 2, generator=generator)
    return Clip(kind, portrait.person, _recorded(generator, frames), (points + jitter).double().numpy(), pulse)


def _picture(portrait: Portrait) -> tuple[Tensor, Tensor, float]:
    """Return a portrait as (1, 3, h, w) float 0 to 1, the middle of its face in pixels, and its eye distance."""
    pixels = torch.tensor(portrait.pixels).permute(2, 0, 1)[None].float() / 255
    return pixels, torch.tensor(portrait.landmarks.mean(0), dtype=torch.float32), portrait.eyes


def _seen(shape: Shape, zoom: float) -> Tensor:
    """Return the place of the shape's picture that each pixel shows, (FRAMES, SIDE, SIDE, 2) in eye distances."""
    at = (torch.arange(_GRID) * 2 + 1.0 - SIDE / 2) / zoom
    seen = torch.stack(torch.meshgrid(at, at, indexing="xy"), -1).view(-1, 2)
    places = shown_places(shape, seen, FRAMES).view(FRAMES, _GRID, _GRID, 2).permute(0, 3, 1, 2)
    return F.interpolate(places, size=(SIDE, SIDE), mode="bilinear", align_corners=False).permute(0, 2, 3, 1)


def _sampled(picture: tuple[Tensor, Tensor, float], places: Tensor) -> Tensor:
    """Return the picture at places (FRAMES, SIDE, SIDE, 2): (FRAMES, 3, SIDE, SIDE)."""
    pixels, middle, eyes = picture
    height, width = pixels.shape[2:]
    at = (places * eyes + middle + 0.5) / torch.tensor([width, height]) * 2 - 1
    return F.grid_sample(
        pixels.expand(len(places), -1, -1, -1), at, mode="bilinear", padding_mode="reflection", align_corners=False
    )


def _acted(generator: torch.Generator, places: Tensor, face: Face, *, mouth: bool) -> Tensor:
    """Return places with the lids closed now and then, and with the mouth in movement."""
    moved = places.clone()
    closed = _blinks(generator)
    for eye in face.points[:2]:
        near = torch.exp(-(((places - eye) / torch.tensor([0.3, 0.13])) ** 2).sum(-1))
        moved[..., 1] -= 0.26 * closed[:, None, None] * near
    if mouth and between(generator, 0, 1) < 0.7:
        talk = wander(generator, FRAMES, RATE, between_logs(generator, 0.02, 0.2), fastest=4.0).clamp(min=0)
        lip = face.points[3:].mean(0)
        below = ((places[..., 1] - lip[1]) / 0.15).clamp(0, 1) * torch.exp(-((places[..., 0] / 0.7) ** 2))
        far = torch.exp(-(((places[..., 1] - lip[1]) / 0.9) ** 2))
        moved[..., 1] -= talk[:, None, None] * below * far
        smile = wander(generator, FRAMES, RATE, between_logs(generator, 0.01, 0.08), fastest=0.8)
        for corner, side in zip(face.points[3:], (-1.0, 1.0), strict=True):
            near = torch.exp(-(((places - corner) / 0.3) ** 2).sum(-1))
            moved[..., 0] -= side * smile[:, None, None] * near
            moved[..., 1] += 0.5 * smile[:, None, None] * near
    return moved


def _blinks(generator: torch.Generator) -> Tensor:
    """Return how far the lids are closed in each frame, 0 to 1: people blink 6 to 30 times a minute."""
    time = torch.arange(FRAMES) / RATE
    closed = torch.zeros(FRAMES)
    at = between(generator, -2.0, 2.5)
    while at < FRAMES / RATE:
        closed = torch.maximum(closed, torch.exp(-(((time - at) / between(generator, 0.06, 0.13)) ** 2)))
        at += between(generator, 0.8, 5.0)
    return closed


def _beat(generator: torch.Generator) -> tuple[Tensor, float]:
    """Return the pulse in each frame, about -1 to 1, and its rate in Hz."""
    rate = between(generator, 0.8, 2.2)
    phase = 2 * torch.pi * (rate * torch.arange(FRAMES) / RATE + wander(generator, FRAMES, RATE, 0.08, fastest=0.4))
    return torch.sin(phase) + 0.35 * torch.sin(2 * phase + 1.0), rate


def _living(
    generator: torch.Generator,
    picture: tuple[Tensor, Tensor, float],
    face: Face,
    camera: Movement,
    zoom: float,
    *,
    mask: bool,
) -> tuple[Tensor, HeadShape, float | None]:
    """Film a living head; mask: with a printed mask in which the eyes are cut out."""
    turn, shift = between_logs(generator, 0.02, 0.3), between_logs(generator, 0.02, 0.5)
    head = movement(generator, FRAMES, RATE, turn=turn, shift=shift)
    shape = HeadShape(face, head, camera, between(generator, 1.5, 10.0), relief=0.15 if mask else 1.0)
    places = _seen(shape, zoom)
    frames = _sampled(picture, _acted(generator, places, face, mouth=not mask))
    beat, rate = _beat(generator)
    skin = head_mask(places) * (frames[:, 0] > frames[:, 2]).float()
    if mask:
        paper, edge = _cut_out(places, face)
        printed = _on_paper(generator, _sampled(picture, places))
        frames = (paper * printed + (1 - paper) * frames) * (1 - 0.4 * edge)
        skin = skin * (1 - paper[:, 0])
    strength = between_logs(generator, 0.003, 0.014)
    blood = strength * beat[:, None, None] * skin
    return frames * (1 + blood[:, None] * _PULSE[:, None, None]), shape, None if mask else rate


def _cut_out(places: Tensor, face: Face) -> tuple[Tensor, Tensor]:
    """Return where the paper of a mask is, (FRAMES, 1, SIDE, SIDE), and its edges."""
    outside = (places[..., 0] / 1.05) ** 2 + ((places[..., 1] + 0.1) / 1.45) ** 2
    paper = ((1.04 - outside) / 0.08).clamp(0, 1)
    for eye in face.points[:2]:
        hole = (((places - eye) / torch.tensor([0.27, 0.17])) ** 2).sum(-1)
        paper = paper * ((hole - 0.9) / 0.3).clamp(0, 1)
    return paper[:, None], (4 * paper * (1 - paper))[:, None]


def _on_paper(generator: torch.Generator, shown: Tensor) -> Tensor:
    """Return a picture in the colours of a print: less contrast, and less saturation."""
    dark, bright = between(generator, 0.03, 0.15), between(generator, 0.75, 0.98)
    grey = shown.mean(1, keepdim=True)
    return dark + (bright - dark) * (grey + between(generator, 0.65, 1.0) * (shown - grey))


def _sheet(
    generator: torch.Generator,
    picture: tuple[Tensor, Tensor, float],
    face: Face,
    camera: Movement,
    zoom: float,
    *,
    kind: Kind,
    wall: tuple[Tensor, Tensor, float],
) -> tuple[Tensor, SheetShape, float | None]:
    """Film a portrait on paper or on a screen before a wall."""
    held = movement(
        generator, FRAMES, RATE, turn=between_logs(generator, 0.01, 0.35), shift=between_logs(generator, 0.01, 0.5)
    )
    bent = kind is Kind.BENT
    bend = between(generator, 0.08, 0.3) * (1 + wander(generator, FRAMES, RATE, between(generator, 0, 0.4)))
    angle = torch.tensor(between(generator, -0.5, 0.5))
    shape = SheetShape(held, camera, bend if bent else torch.zeros(FRAMES), torch.stack([angle.cos(), angle.sin()]))
    places = _seen(shape, zoom)
    pulse = None
    if kind is Kind.REPLAY:
        shown, pulse = _replayed(generator, picture, face, places)
    else:
        shown = _sampled(picture, places)
    on_screen = kind in (Kind.SCREEN, Kind.REPLAY)
    shown = _on_screen(generator, shown, places, zoom) if on_screen else _on_paper(generator, shown)
    shown = _glossy(generator, shown, places)
    behind = WallShape(camera, between(generator, 1.0, 10.0))
    half = torch.tensor([between(generator, 1.6, 5.0), between(generator, 2.0, 5.0)])
    on_sheet = ((half - places.abs()) * 12).clamp(0, 1).amin(-1)[:, None]
    blurred = F.avg_pool2d(_sampled(wall, _seen(behind, zoom) * 0.5 + 2.5), 5, 1, 2)
    return on_sheet * shown + (1 - on_sheet) * blurred, shape, pulse


def _replayed(
    generator: torch.Generator, picture: tuple[Tensor, Tensor, float], face: Face, places: Tensor
) -> tuple[Tensor, float | None]:
    """Return a video of the living head at the places of a screen that shows it."""
    camera = movement(generator, FRAMES, RATE, turn=0.005, shift=between_logs(generator, 0.01, 0.1))
    scale = SIDE / 6.5
    video, _, pulse = _living(generator, picture, face, camera, scale, mask=False)
    at = (places * scale + SIDE / 2) / SIDE * 2 - 1
    shown = F.grid_sample(video, at, mode="bilinear", padding_mode="reflection", align_corners=False)
    return shown, pulse


def _on_screen(generator: torch.Generator, shown: Tensor, places: Tensor, zoom: float) -> Tensor:
    """Return a picture as a screen shows it: its pixels, which the camera's beat with, and bands of its refresh."""
    cold = torch.tensor([between(generator, 0.85, 1.0), 1.0, between(generator, 1.0, 1.15)])[:, None, None]
    shown = between(generator, 0.02, 0.1) + between(generator, 0.8, 1.1) * shown.clamp(0, 1) ** 0.9 * cold
    pitch = zoom * between(generator, 0.5, 2.1)  # pixels of the screen in an eye distance
    strength = between_logs(generator, 0.006, 0.16)
    angle = torch.tensor(between(generator, -0.1, 0.1))
    across = places[..., 0] * angle.cos() + places[..., 1] * angle.sin()
    down = places[..., 1] * angle.cos() - places[..., 0] * angle.sin()
    phases = torch.tensor([0.0, 1 / 3, 2 / 3])[None, :, None, None]
    columns = torch.cos(2 * torch.pi * (pitch * across[:, None] + phases))
    rows = torch.cos(2 * torch.pi * pitch * down[:, None])
    shown = shown * (1 + strength * columns) * (1 + between(generator, 0.3, 1.0) * strength * rows)
    bands = between_logs(generator, 0.001, 0.06)
    turns, speed = between(generator, 0.3, 3.0), between(generator, 0.2, 6.0)
    time, row = torch.arange(FRAMES)[:, None] / RATE, torch.arange(SIDE)[None] / SIDE
    return shown * (1 + bands * torch.sin(2 * torch.pi * (turns * row + speed * time)))[:, None, :, None]


def _glossy(generator: torch.Generator, shown: Tensor, places: Tensor) -> Tensor:
    """Return a picture with the reflection of a lamp, which does not move with it."""
    strength = max(0.0, between(generator, -0.2, 0.35))
    at = torch.tensor([between(generator, -3, 3), between(generator, -3, 3)])
    drift = torch.stack([wander(generator, FRAMES, RATE, 0.5), wander(generator, FRAMES, RATE, 0.5)], 1)
    away = (((places - at - drift[:, None, None]) / between(generator, 0.4, 1.5)) ** 2).sum(-1)
    return shown + strength * torch.exp(-away)[:, None]


def _recorded(generator: torch.Generator, frames: Tensor) -> list[Pixels]:
    """Return frames (FRAMES, 3, SIDE, SIDE) as a camera records them: exposure, defocus, noise and compression."""
    gain = between(generator, 0.65, 1.15) * (1 + wander(generator, FRAMES, RATE, between_logs(generator, 0.001, 0.04)))
    colour = torch.tensor([between(generator, 0.92, 1.08) for _ in range(3)])[:, None, None]
    seen = frames * gain[:, None, None, None] * colour
    blur = between(generator, -0.4, 0.8)
    if blur > 0:
        middle = 1 / (1 + 2 * blur)
        kernel = torch.tensor([(1 - middle) / 2, middle, (1 - middle) / 2])
        seen = _blurred(seen, kernel)
    noise = between_logs(generator, 0.6, 6.0) * torch.randn(seen.shape, generator=generator)
    pixels = (255 * seen + noise).clamp(0, 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    if between(generator, 0, 1) < 0.35:
        return [_as_jpeg(one, round(between(generator, 55, 95))) for one in pixels]
    return _as_h264(pixels, round(between(generator, 16, 30)))


def _blurred(seen: Tensor, kernel: Tensor) -> Tensor:
    flat = F.pad(seen.flatten(0, 1)[:, None], (1, 1, 1, 1), "replicate")
    return F.conv2d(flat, (kernel[:, None] * kernel)[None, None]).view_as(seen)


def _as_jpeg(pixels: Pixels, quality: int) -> Pixels:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file).convert("RGB"))


def _as_h264(frames: NDArray[np.uint8], crf: int) -> list[Pixels]:
    file = io.BytesIO()
    write_mp4(file, frames, crf=crf)
    file.seek(0)
    with av.open(file, "r") as container:
        return [np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in container.decode(video=0)]


def write_mp4(file: io.BytesIO | str, frames: NDArray[np.uint8] | list[Pixels], *, crf: int = 18) -> None:
    """Write frames (n, h, w, 3) uint8 as a video of RATE frames a second."""
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream(
            "libx264", rate=Fraction(round(RATE)), options={"crf": str(crf), "preset": "veryfast"}
        )
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.thread_count = 1
        for pixels in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")))
        container.mux(stream.encode())
