"""Figures of a styled picture that no search minimises.

style       Mean over layers that the cost does not look at, at two smaller sizes, of the relative distance of the
            covariance of features from the painting's. 0 is equal.
content     1 minus the correlation of two layers' maps with the photo's, each channel minus its mean. 0 is equal.
pair        (1 + style) (1 + content), in the way of ArtFID (Wright and Ommer, arXiv:2207.12280), with these networks.
noise       Amplitude of details of about 4 pixels, where the photo is flattest, over the painting's everywhere.
contrast    Standard deviation of brightness over the painting's.
palette     Sliced distance of the colours from the painting's, channels in 0..1.
unpainted   Share of squares of 24 pixels with less than a quarter of the energy of strokes that the painting's median
            square has.
"""

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from recog.nn.pooling import PoolingKind
from recog.style.gram_terms import moments
from recog.style.layers import StyleNetwork
from recog.style.pictures import resized, style_size, to_tensor
from recog.types import Pixels

FIGURES = ("style", "content", "pair", "noise", "contrast", "palette", "unpainted")
_HELD_OUT = ("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_1")
_OF_CONTENT = ("relu3_3", "relu4_2")
_REDUCED = (0.7, 0.35)
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
# Standard deviations, in pixels, of the blurs between which a band of details lies.
_SIGMAS = (0.7, 1.4, 2.8, 5.6)
_FLAT_SHARE = 0.3
_SQUARE = 24


def figures(network: StyleNetwork, made: Pixels, photo: Pixels, painting: Pixels) -> dict[str, float]:
    """Return every figure of a styled picture, (H, W, 3) uint8; photo and painting are resized to it."""
    height, width = made.shape[:2]
    photo, fitted = resized(photo, (height, width)), _as_large(painting, (height, width))
    style, content = _style(network, made, painting), _content(network, made, photo)
    bands, of_painting, of_photo = (_bands(_luma(pixels)) for pixels in (made, fitted, photo))
    busy = _blurred(of_photo[0].square() + of_photo[1].square(), 4.0)
    flat = busy <= busy.quantile(_FLAT_SHARE)
    strokes, painted = (
        F.avg_pool2d(each[1].square() + each[2].square() + each[3].square(), _SQUARE) for each in (bands, of_painting)
    )
    return {
        "style": style,
        "content": content,
        "pair": (1.0 + style) * (1.0 + content),
        "noise": float((bands[1][flat].square().mean() / of_painting[1].square().mean()).sqrt()),
        "contrast": float(_luma(made).std() / _luma(fitted).std()),
        "palette": _palette(made, fitted),
        "unpainted": float((strokes < painted.median() / 4.0).float().mean()),
    }


def _style(network: StyleNetwork, made: Pixels, painting: Pixels) -> float:
    found = []
    for factor in _REDUCED:
        size = round(made.shape[0] * factor), round(made.shape[1] * factor)
        maps = [
            network.features(to_tensor(pixels, "cpu"), set(_HELD_OUT), pooling=PoolingKind.MAX)
            for pixels in (resized(made, size), _as_large(painting, size))
        ]
        for layer in _HELD_OUT:
            ours, theirs = (moments(each[layer]).centred for each in maps)
            found.append(float((ours - theirs).norm() / theirs.norm()))
    return sum(found) / len(found)


def _content(network: StyleNetwork, made: Pixels, photo: Pixels) -> float:
    maps = [network.features(to_tensor(pixels, "cpu"), set(_OF_CONTENT)) for pixels in (made, photo)]
    found = []
    for layer in _OF_CONTENT:
        ours, theirs = (each[layer] - each[layer].mean((1, 2), keepdim=True) for each in maps)
        found.append(1.0 - float((ours * theirs).sum() / (ours.norm() * theirs.norm())))
    return sum(found) / len(found)


def _palette(made: Pixels, painting: Pixels) -> float:
    directions = torch.randn(3, 64, generator=torch.Generator().manual_seed(0))
    directions /= directions.norm(dim=0)
    levels = torch.linspace(0.005, 0.995, 200)

    def quantiles(pixels: Pixels) -> Tensor:
        colours = torch.tensor(pixels[::2, ::2].reshape(-1, 3)).float() / 255.0
        # torch.quantile takes at most 2^24 values; sorting has no such limit.
        ordered = (colours @ directions).sort(dim=0).values
        return ordered[(levels * (len(ordered) - 1)).long()]

    return float((quantiles(made) - quantiles(painting)).abs().mean())


def _as_large(painting: Pixels, size: tuple[int, int]) -> Pixels:
    return resized(painting, style_size((painting.shape[0], painting.shape[1]), size, 1.0))


def _luma(pixels: Pixels) -> Tensor:
    values: NDArray[np.float32] = pixels.astype(np.float32) @ _LUMA / 255.0
    return torch.from_numpy(values)[None, None]


def _bands(luma: Tensor) -> list[Tensor]:
    """Return details from fine to coarse: differences of neighbouring blurs."""
    found, before = [], luma
    for sigma in _SIGMAS:
        after = _blurred(before, sigma)
        found.append(before - after)
        before = after
    return found


def _blurred(values: Tensor, sigma: float) -> Tensor:
    reach = int(3 * sigma + 1)
    weights = torch.exp(-torch.arange(-reach, reach + 1).float().square() / (2 * sigma * sigma))
    weights /= weights.sum()
    around = F.pad(values, (reach,) * 4, mode="reflect")
    return F.conv2d(F.conv2d(around, weights.view(1, 1, 1, -1)), weights.view(1, 1, -1, 1))
