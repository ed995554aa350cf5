"""Conversion between pixels and tensors, and the sizes of pictures at each scale."""

import math
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from recog.errors import StyleError
from recog.types import Pixels

# Keys are the number of axes of a batch of one; torch has cubics for pictures alone.
_ENLARGE = {3: "linear", 4: "bicubic", 5: "trilinear"}

LEAST_SIDE = 32
"""Smallest side in pixels; in a smaller picture the middle layers, at an eighth of the width, would be nearly empty."""
LEAST_COARSE_SIDE = 64
"""Smallest side in pixels of a coarse scale. A scale of 48 px copied large shapes of the style, a tree in place of the
content's houses, and at 256 px the content cost ended higher."""


def fitted_size(height: int, width: int, longest: int) -> tuple[int, int]:
    """Return (height, width) scaled so that the longest side is at most `longest`; never enlarged.

    Raises:
        StyleError: the shortest side would be below LEAST_SIDE pixels.
    """
    factor = min(1.0, longest / max(height, width))
    fitted = max(1, round(height * factor)), max(1, round(width * factor))
    if min(fitted) < LEAST_SIDE:
        raise StyleError(
            f"a content of {width} x {height} px would be styled at {fitted[1]} x {fitted[0]} px, and a side needs at "
            f"least {LEAST_SIDE} px: choose a larger photo, a larger size, or crop it"
        )
    return fitted


def check_style(pixels: Pixels) -> None:
    """Raise StyleError if a style picture is too small to show a style."""
    height, width = pixels.shape[:2]
    if min(height, width) < LEAST_SIDE:
        raise StyleError(
            f"a style picture of {width} x {height} px shows no style: choose one with at least {LEAST_SIDE} px "
            "on its shortest side"
        )


def scale_sizes(size: tuple[int, int], scales: int) -> list[tuple[int, int]]:
    """Return the sizes of all scales up to size, coarse to fine, each twice as large as the one before.

    Scales whose shortest side would be below LEAST_COARSE_SIDE are left out, but never the last.
    """
    height, width = size
    halved = [(round(height / 2**step), round(width / 2**step)) for step in reversed(range(1, scales))]
    return [*(each for each in halved if min(each) >= LEAST_COARSE_SIDE), size]


def style_size(style: tuple[int, int], generated: tuple[int, int], scale: float) -> tuple[int, int]:
    """Return the size of a style picture: scale times that of the generated picture, by the square root of the areas.

    No side is below LEAST_SIDE pixels, so that every layer has positions.
    """
    height, width = style
    factor = scale * math.sqrt(generated[0] * generated[1] / (height * width))
    factor = max(factor, LEAST_SIDE / min(height, width))
    return round(height * factor), round(width * factor)


def resized(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Resize (H, W, 3) uint8 to size, (height, width), by a Lanczos filter."""
    height, width = size
    if pixels.shape[:2] == size:
        return pixels
    image = Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return np.asarray(image)


def to_tensor(pixels: Pixels, device: str) -> Tensor:
    """Convert (H, W, 3) uint8 to (1, 3, H, W) float32 in 0..1."""
    return torch.tensor(pixels, device=device).permute(2, 0, 1)[None].float() / 255.0


def to_pixels(picture: Tensor) -> Pixels:
    """Convert (1, 3, H, W) around 0..1 to (H, W, 3) uint8; values outside the range are clipped."""
    scaled = picture[0].clamp(0.0, 1.0).mul(255.0).round().byte().permute(1, 2, 0)
    pixels: Pixels = scaled.contiguous().cpu().numpy()
    return pixels


def resized_mask(mask: NDArray[np.float32], size: tuple[int, int], device: str) -> Tensor:
    """Resize weights (H, W) of 0..1 to (height, width) float32, with averaging."""
    whole = torch.tensor(mask, dtype=torch.float32, device=device)[None, None]
    return F.interpolate(whole, size=size, mode="bilinear", antialias=True, align_corners=False)[0, 0].clamp_(0.0, 1.0)


def enlarged(values: Tensor, size: Sequence[int]) -> Tensor:
    """Enlarge (1, channels, *positions) to (1, channels, *size), as the start of the next scale; pictures by cubics."""
    return F.interpolate(values, size=tuple(size), mode=_ENLARGE[values.ndim], align_corners=False)
