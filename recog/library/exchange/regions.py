"""Named rectangles of a photo, in units of its width and height, and how they turn with the photo.

Other programs give rectangles on the picture as it is stored in the file, before its EXIF orientation turns it upright
(Metadata Working Group, Guidelines for Handling Image Metadata 2.0, section 5.9: regions refer to the stored image).
recog gives them on the upright picture. `upright` and `stored` translate.
"""

from dataclasses import dataclass, replace
from math import isfinite

from recog.types import FaceBox

NORMAL = 1
"""The orientation of a picture that is stored upright."""

_BACK = {6: 8, 8: 6}
"""Orientations that another orientation undoes; every other orientation undoes itself."""


@dataclass(frozen=True, slots=True)
class Region:
    """A name and the rectangle of its face, in 0 to 1 of the photo's width and height, from the upper left corner."""

    name: str
    left: float
    top: float
    width: float
    height: float

    @property
    def box(self) -> FaceBox:
        """Return the rectangle as a box without landmarks."""
        return FaceBox(self.left, self.top, self.left + self.width, self.top + self.height, 1.0, ())

    @property
    def sensible(self) -> bool:
        """Whether the rectangle is finite, has an area, and is at least partly on the photo."""
        numbers = (self.left, self.top, self.width, self.height)
        return (
            all(map(isfinite, numbers))
            and self.width > 0
            and self.height > 0
            and max(self.left, self.top) < 1
            and min(self.left + self.width, self.top + self.height) > 0
        )


def region_of(name: str, box: FaceBox, width: int, height: int) -> Region:
    """Return a face box, in pixels of a photo of width x height, as a region; it may reach over the border."""
    return Region(name, box.left / width, box.top / height, box.width / width, box.height / height)


def clipped(region: Region) -> Region:
    """Return the part of a region that is on the photo."""
    left, top = max(0.0, region.left), max(0.0, region.top)
    right, bottom = min(1.0, region.left + region.width), min(1.0, region.top + region.height)
    return replace(region, left=left, top=top, width=right - left, height=bottom - top)


def upright(region: Region, orientation: int) -> Region:
    """Translate a region of the stored picture to the upright picture; orientation is EXIF's, 1 to 8 (tag 0x0112)."""
    left, top, width, height = region.left, region.top, region.width, region.height
    right, bottom = 1.0 - left - width, 1.0 - top - height  # distances of the region's end from the photo's
    corner, turned = {
        1: ((left, top), False),
        2: ((right, top), False),
        3: ((right, bottom), False),
        4: ((left, bottom), False),
        5: ((top, left), True),
        6: ((bottom, left), True),
        7: ((bottom, right), True),
        8: ((top, right), True),
    }[orientation]
    if turned:
        width, height = height, width
    return replace(region, left=corner[0], top=corner[1], width=width, height=height)


def stored(region: Region, orientation: int) -> Region:
    """Translate a region of the upright picture to the stored picture; the inverse of `upright`."""
    return upright(region, _BACK.get(orientation, orientation))


def lies_on_side(orientation: int) -> bool:
    """Return whether this orientation swaps the picture's width and height."""
    return orientation >= 5
