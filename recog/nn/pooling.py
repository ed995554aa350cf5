"""The kinds of pooling. This module imports no arithmetic, because settings and help name the kinds."""

from enum import StrEnum


class PoolingKind(StrEnum):
    """The pooling with which a trunk halves its maps."""

    MAX = "max"
    """As the VGG networks were trained."""
    AVERAGE = "average"
    """As Gatys et al. 2016 advise for a smoother picture."""
