"""Colours of a styled picture: those of the style, or those of the content in one of two ways.

* style: the colours come from the style, as in the paper.
* luminance: the result keeps the content's chrominance (I and Q of YIQ) and takes only its luminance from the style.
* match: before the transfer, the style picture gets the content's mean and covariance of RGB.

The last two are methods of Gatys, Bethge, Hertzmann, Shechtman, "Preserving color in neural artistic style transfer",
arXiv:1606.05897. Departure: luminance is replaced after the transfer, not before.
"""

import numpy as np
from numpy.typing import NDArray

from recog.types import Pixels

_TO_YIQ = np.array([[0.299, 0.587, 0.114], [0.595716, -0.274453, -0.321263], [0.211456, -0.522591, 0.311135]])
_TO_RGB = np.linalg.inv(_TO_YIQ)
# Added to the variances, in units of 0..255 squared, because a picture of one colour has none.
_LEAST_VARIANCE = 1e-3


def with_luminance_of(light: Pixels, colours: Pixels) -> Pixels:
    """Combine the Y of one picture with the I and Q of the other, in YIQ; (H, W, 3) uint8 each, of one size."""
    if light.shape != colours.shape:
        raise ValueError(f"pictures of different shapes: {light.shape} and {colours.shape}")
    yiq = colours @ _TO_YIQ.T
    yiq[..., 0] = light @ _TO_YIQ[0]
    return _quantised(yiq @ _TO_RGB.T)


def matched_colours(style: Pixels, content: Pixels) -> Pixels:
    """Give the style picture the content's mean and covariance of RGB, (H, W, 3) uint8.

    x -> A (x - mean_S) + mean_C with A = C^1/2 S^-1/2 of the covariances: "image analogies" colour matching, section
    2.1 of arXiv:1606.05897.
    """
    pixels = style.reshape(-1, 3).astype(np.float64)
    mean_style, covariance_style = _statistics(style)
    mean_content, covariance_content = _statistics(content)
    transform = _power(covariance_content, 0.5) @ _power(covariance_style, -0.5)
    matched = (pixels - mean_style) @ transform.T + mean_content
    return _quantised(matched.reshape(style.shape))


def _statistics(picture: Pixels) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean (3,) and covariance (3, 3) of the colours."""
    pixels = picture.reshape(-1, 3).astype(np.float64)
    mean = pixels.mean(axis=0)
    centred = pixels - mean
    return mean, centred.T @ centred / len(pixels) + _LEAST_VARIANCE * np.eye(3)


def _power(covariance: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    """Raise a symmetric positive matrix to a power."""
    values, vectors = np.linalg.eigh(covariance)
    power: NDArray[np.float64] = (vectors * values**exponent) @ vectors.T
    return power


def _quantised(colours: NDArray[np.float64]) -> Pixels:
    return np.clip(np.rint(colours), 0, 255).astype(np.uint8)
