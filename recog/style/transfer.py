"""Style transfer of one picture, as an iterator of progress."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recog.style.colours import with_luminance_of
from recog.style.faces import blended
from recog.style.layers import StyleNetwork
from recog.style.objective import Costs, Objective, StyleReference
from recog.style.pictures import enlarged, resized, resized_mask, scale_sizes, style_size, to_pixels, to_tensor
from recog.style.prepared import PreparedTransfer, prepared_transfer
from recog.style.search import Scale, search
from recog.style.settings import Colours, Faces, Start, StyleSettings
from recog.types import FaceBox, Pixels

# Grey and the standard deviation of the noise, in the 0..1 range of a channel.
_GREY = 0.5
_NOISE = 0.15


@dataclass(frozen=True, slots=True)
class StyleProgress:
    """The state after `step` of `steps` optimiser steps, at scale number `scale` (from 1) of `scales`.

    costs are those of the picture at this scale, so they jump when the scale changes. seconds is wall time since the
    start. pixels is (height, width, 3) uint8 at the result's size: a preview if one is due, the result in the last
    item, otherwise None. message is a sentence for the user about this step, mostly empty.
    """

    step: int
    steps: int
    scale: int
    scales: int
    size: tuple[int, int]
    costs: Costs
    seconds: float
    pixels: Pixels | None
    message: str
    finished: bool


def stylize(
    content: Pixels,
    styles: Pixels | Sequence[Pixels],
    settings: StyleSettings,
    network: StyleNetwork,
    *,
    shares: Sequence[float] | None = None,
    masks: Sequence[NDArray[np.float32]] | None = None,
    faces: Sequence[FaceBox] = (),
) -> Iterator[StyleProgress]:
    """Paint the content in the given styles; yields one item an optimiser step. Stop iterating to stop early.

    content and styles are (H, W, 3) uint8 RGB. shares are the styles' weights in the blend, equal by default. masks are
    one (H, W) array of 0..1 for each style, at the content's size: the weight of that style at each pixel. faces are
    boxes in pixels of the content; settings.faces decides on their treatment. A content with a longer side than
    settings.size is scaled down, and the first item's message says so. The same input, seed, machine and number of
    threads give the same picture.

    Raises:
        StyleError: a picture is too small, or the first cost is not finite. If a later cost is not finite, the iterator
            ends with the best picture so far and a message instead.
        ConfigError: the network has no such layer.
        ValueError: shapes do not agree, or the network is not the one that the settings name.
    """
    prepared, messages = prepared_transfer(content, styles, settings, network, shares=shares, masks=masks, faces=faces)
    sizes = scale_sizes((prepared.content.shape[0], prepared.content.shape[1]), settings.scales)
    return _steps(prepared, sizes, messages)


def _steps(prepared: PreparedTransfer, sizes: list[tuple[int, int]], messages: list[str]) -> Iterator[StyleProgress]:
    """Yield the steps of the search with the pictures that are due."""
    settings, began = prepared.settings, time.perf_counter()
    scales = [
        Scale(size, partial(_objective, prepared, size), partial(_detail, prepared, coarse, size))
        for coarse, size in pairwise([sizes[0], *sizes])
    ]
    for found in search(_start(prepared, sizes[0]), scales, settings):
        due = settings.preview_every > 0 and found.step % settings.preview_every == 0
        yield StyleProgress(
            step=found.step,
            steps=settings.steps,
            scale=found.scale,
            scales=len(sizes),
            size=sizes[found.scale - 1],
            costs=found.costs,
            seconds=time.perf_counter() - began,
            pixels=_finished(prepared, found.values) if found.finished or due else None,
            message="; ".join([*messages, *([found.message] if found.message else [])]),
            finished=found.finished,
        )
        messages.clear()


def _start(prepared: PreparedTransfer, size: tuple[int, int]) -> Tensor:
    """What the picture is before the first step, (1, 3, *size)."""
    device = prepared.network.device
    match prepared.settings.start:
        case Start.CONTENT:
            return to_tensor(resized(prepared.content, size), device)
        case Start.GREY:
            return torch.full((1, 3, *size), _GREY, device=device)
        case Start.NOISE:
            return _noise(prepared, size)
        case Start.BLEND:
            content = to_tensor(resized(prepared.content, size), device)
            return content.lerp(_noise(prepared, size), prepared.settings.noise)


def _noise(prepared: PreparedTransfer, size: tuple[int, int]) -> Tensor:
    """Return noise around grey, (1, 3, *size)."""
    # Drawn on the processor, so that a seed means the same picture on every device.
    generator = torch.Generator().manual_seed(prepared.settings.seed)
    return (_GREY + _NOISE * torch.randn(1, 3, *size, generator=generator)).to(prepared.network.device)


def _detail(prepared: PreparedTransfer, coarse: tuple[int, int], fine: tuple[int, int]) -> Tensor | None:
    """What the start's content has at the fine scale and had not at the coarse one; None for a start without it."""
    match prepared.settings.start:
        case Start.CONTENT:
            share = 1.0
        case Start.BLEND:
            share = 1.0 - prepared.settings.noise
        case _:
            return None
    before, now = (to_tensor(resized(prepared.content, size), prepared.network.device) for size in (coarse, fine))
    return share * (now - enlarged(before, fine))


def _objective(prepared: PreparedTransfer, size: tuple[int, int]) -> Objective:
    """The cost at one scale."""
    device = prepared.network.device
    spared = None if prepared.faces.min() == 1.0 else resized_mask(prepared.faces, size, device)
    references = []
    for picture, share, region in zip(prepared.styles, prepared.shares, prepared.masks, strict=True):
        mask = None if region is None else resized_mask(region, size, device)
        if spared is not None:
            mask = spared if mask is None else mask * spared
        height, width = picture.shape[:2]
        fitted = resized(picture, style_size((height, width), size, prepared.settings.style_scale))
        references.append(StyleReference(to_tensor(fitted, device), share, mask))
    content = to_tensor(resized(prepared.content, size), device)
    return Objective(prepared.network, prepared.settings, content, references)


def _finished(prepared: PreparedTransfer, picture: Tensor) -> Pixels:
    """The picture as it is shown and saved: at the result's size, with its colours and its faces."""
    pixels = resized(to_pixels(picture), (prepared.content.shape[0], prepared.content.shape[1]))
    if prepared.settings.colours is Colours.LUMINANCE:
        pixels = with_luminance_of(pixels, prepared.content)
    return pixels if prepared.settings.faces is Faces.STYLE else blended(pixels, prepared.content, prepared.faces)
