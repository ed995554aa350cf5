"""The texture of one volume, or short film, over the content of another: three axes of positions."""

from dataclasses import dataclass

import numpy as np
import torch

from recog.errors import StyleError
from recog.style.filtered import Distances, Filters, Progress, filter_settings, least_length, transferred
from recog.style.volume.files import Volume
from recog.style.volume.settings import VolumeSettings


@dataclass(frozen=True, slots=True)
class StyledVolume:
    """The result, of the content's size, and the distances before and after. message is mostly empty."""

    volume: Volume
    before: Distances
    after: Distances
    message: str


def stylize_volume(content: Volume, style: Volume, settings: VolumeSettings, progress: Progress) -> StyledVolume:
    """Build the content in the texture of the style.

    Raises:
        StyleError: one has colours and the other has none, or a side is too short for the filters.
        ConfigError: a setting is out of its range.
    """
    filters = Filters(counts=settings.filters, size=settings.size, pooled=True)
    least = least_length(filters)
    for what, volume in (("content", content), ("style", style)):
        if min(volume.voxels.shape[1:]) < least:
            sides = " x ".join(str(side) for side in volume.voxels.shape[1:])
            raise StyleError(
                f"the {what} has {sides} voxels, and the filters see {least} along each axis: choose a larger one"
            )
    if len(content.voxels) != len(style.voxels):
        raise StyleError(
            f"the content has {_channels(content)} and the style {_channels(style)}: give both in colour, "
            "or both without"
        )
    found = transferred(
        torch.from_numpy(content.voxels)[None],
        torch.from_numpy(style.voxels)[None],
        filters,
        filter_settings(
            filters,
            beta=settings.weight,
            steps=settings.steps,
            seed=settings.seed,
            variation=0.0,
            scales=settings.scales,
        ),
        progress,
    )
    voxels = np.clip(found.values[0].numpy(), 0.0, 1.0)
    return StyledVolume(Volume(voxels, content.span), found.before, found.after, found.message)


def _channels(volume: Volume) -> str:
    return "three channels of colour" if len(volume.voxels) > 1 else "one channel"
