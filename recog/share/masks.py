"""What may stand in for a head."""

from enum import StrEnum


class Mask(StrEnum):
    """What stands in for a head."""

    BLUR = "blur"
    """The cells' means, interpolated."""
    PIXELATE = "pixelate"
    """The cells' means."""
    PAINT = "paint"
    """Black."""
    STYLE = "style"
    """The cells' means, interpolated and painted in the manner of a picture."""
