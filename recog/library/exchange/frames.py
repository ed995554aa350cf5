"""The picture that regions were drawn on: as the file stores it, or turned upright.

The Metadata Working Group gives regions on the picture as it is stored, and so do most programs; some turn the picture
first. AppliedToDimensions, the size of the picture that they were drawn on, tells which, unless it is a square.
"""

from math import log

from recog.library.exchange.regions import NORMAL, lies_on_side
from recog.library.exchange.xmp import Sidecar
from recog.photos import PhotoMetadata
from recog.types import Photo

_SAME_SHAPE = 0.05
"""Largest difference of the logarithms of two aspect ratios: previews of raw photos differ by 2 %, crops by more."""


def turns(sidecar: Sidecar, photo: Photo, metadata: PhotoMetadata) -> tuple[int, ...]:
    """Return the EXIF orientations that may turn regions upright, the likeliest first.

    There are several if nothing tells which one holds. There are none if the regions were drawn on a picture of another
    shape, such as before a crop, because nobody knows where they are now. metadata: of a file of the photo.
    """
    orientation, likely = metadata.orientation, NORMAL if metadata.turned_by_format else metadata.orientation
    if sidecar.width is None or sidecar.height is None:
        return undecided(metadata)
    shape = log(sidecar.width / sidecar.height)
    upright_shape = log(photo.width / photo.height)
    stored_shape = -upright_shape if lies_on_side(orientation) else upright_shape
    upright_off, stored_off = abs(shape - upright_shape), abs(shape - stored_shape)
    if min(upright_off, stored_off) > _SAME_SHAPE:
        return ()
    if upright_off == stored_off:
        return (likely,)
    return (NORMAL,) if upright_off < stored_off else (orientation,)


def undecided(metadata: PhotoMetadata) -> tuple[int, ...]:
    """Return the orientations, as `turns` does, for regions that do not say their picture's size, as Microsoft's."""
    if metadata.turned_by_format:
        return (NORMAL,)
    if lies_on_side(metadata.orientation):
        return (metadata.orientation, NORMAL)
    return (metadata.orientation,)
