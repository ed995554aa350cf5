"""Inputs of a style transfer, checked and scaled."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recog.errors import StyleError
from recog.photos import refuse_other_than_pixels
from recog.style.colours import matched_colours
from recog.style.faces import face_weights, scaled_box
from recog.style.layers import StyleNetwork
from recog.style.pictures import check_style, fitted_size, resized
from recog.style.settings import Colours, StyleSettings
from recog.types import FaceBox, Pixels


@dataclass(frozen=True, slots=True)
class PreparedTransfer:
    """The inputs of a style transfer that are the same at every scale.

    content: at the result's size. faces: weight of the style at each pixel of it (see recog.style.faces).
    """

    content: Pixels
    styles: tuple[Pixels, ...]
    shares: tuple[float, ...]
    masks: tuple[NDArray[np.float32] | None, ...]
    faces: NDArray[np.float32]
    settings: StyleSettings
    network: StyleNetwork


def prepared_transfer(
    content: Pixels,
    styles: Pixels | Sequence[Pixels],
    settings: StyleSettings,
    network: StyleNetwork,
    *,
    shares: Sequence[float] | None,
    masks: Sequence[NDArray[np.float32]] | None,
    faces: Sequence[FaceBox],
) -> tuple[PreparedTransfer, list[str]]:
    """Check the inputs and scale the content; return them with messages for the user.

    Raises what recog.style.transfer.stylize raises.
    """
    pictures = (styles,) if isinstance(styles, np.ndarray) else tuple(styles)
    weights = (1.0,) * len(pictures) if shares is None else tuple(shares)
    regions = (None,) * len(pictures) if masks is None else tuple(masks)
    _check(content, pictures=pictures, shares=weights, masks=regions, settings=settings, network=network)
    size = fitted_size(content.shape[0], content.shape[1], settings.size)
    scaled = resized(content, size)
    messages = []
    if size != content.shape[:2]:
        messages.append(
            f"the content of {content.shape[1]} x {content.shape[0]} px is styled at {size[1]} x {size[0]} px"
        )
    if any(np.array_equal(content, picture) for picture in pictures):
        messages.append("content and style are the same picture, so little will change")
    if settings.colours is Colours.MATCH:
        pictures = tuple(matched_colours(picture, scaled) for picture in pictures)
    boxes = [scaled_box(box, size[1] / content.shape[1]) for box in faces]
    return (
        PreparedTransfer(
            content=scaled,
            styles=pictures,
            shares=weights,
            masks=regions,
            faces=face_weights(boxes, *size, settings.faces),
            settings=settings,
            network=network,
        ),
        messages,
    )


def _check(
    content: Pixels,
    *,
    pictures: tuple[Pixels, ...],
    shares: tuple[float, ...],
    masks: tuple[NDArray[np.float32] | None, ...],
    settings: StyleSettings,
    network: StyleNetwork,
) -> None:
    if settings.network != network.name:
        raise ValueError(f"the settings name the network {settings.network}, given is {network.name}")
    network.until({settings.content_layer, *settings.lambdas})
    for pixels in (content, *pictures):
        refuse_other_than_pixels(pixels)
    if not len(pictures) == len(shares) == len(masks):
        raise ValueError(f"{len(pictures)} styles with {len(shares)} shares and {len(masks)} masks")
    if any(mask is not None and mask.shape != content.shape[:2] for mask in masks):
        raise ValueError(f"a mask has the content's height and width, {content.shape[:2]}")
    if not pictures:
        raise StyleError("there is no style picture: give at least one")
    if min(shares) < 0 or not 0 < sum(shares) < math.inf:
        raise StyleError(f"the styles' shares {list(shares)} must be 0 or more, and one of them more than 0")
    for picture in pictures:
        check_style(picture)
