"""The settings of a style transfer of volumes; this module loads no arithmetic."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeSettings:
    """What decides the result besides the volumes.

    steps: optimiser steps over all scales. weight: weight of the style; that of the content is 1. seed: of the random
    filters. filters: their number in each of the layers; size: voxels that a filter sees along each axis. scales: from
    coarse to fine, each twice as large as the one before.
    """

    steps: int = 60
    weight: float = 20.0
    seed: int = 0
    filters: tuple[int, ...] = (48,)
    size: int = 5
    scales: int = 2
