"""A named rectangle of a photo, in units of the photo's width and height, and how it turns with the photo.

Other programs count rectangles on the picture as it is stored in the file, before its EXIF orientation turns it upright
(Metadata Working Group, Guidelines for Handling Image Metadata 2.0, section 5.9: regions refer to the stored image);
recog counts them on the upright picture. `upright` and `stored` translate.
"""

from dataclasses import dataclass, replace
from math import isfinite

from recog.types import FaceBox

NORMAL = 1
"""The orientation of a picture that is stored upright."""

_BACK = {6: 8, 8: 6}
"""Orientations whose turn another orientation undoes; every other turn undoes itself."""


@dataclass(frozen=True, slots=True)
class Region:
    """A name and where its face is: 0 to 1 of the photo's width and height, from the upper left corner."""

    name: str
    left: float
    top: float
    width: float
    height: float

    @property
    def box(self) -> FaceBox:
        """The rectangle as a box without landmarks."""
        return FaceBox(self.left, self.top, self.left + self.width, self.top + self.height, 1.0, ())

    @property
    def sensible(self) -> bool:
        """Finite, with an area, and at least partly on the photo."""
        numbers = (self.left, self.top, self.width, self.height)
        return (
            all(map(isfinite, numbers))
            and self.width > 0
            and self.height > 0
            and max(self.left, self.top) < 1
            and min(self.left + self.width, self.top + self.height) > 0
        )


def region_of(name: str, box: FaceBox, width: int, height: int) -> Region:
    """A face box in pixels of a photo of width x height pixels, as a region; it may reach over the border."""
    return Region(name, box.left / width, box.top / height, box.width / width, box.height / height)


def clipped(region: Region) -> Region:
    """What of a region is on the photo."""
    left, top = max(0.0, region.left), max(0.0, region.top)
    right, bottom = min(1.0, region.left + region.width), min(1.0, region.top + region.height)
    return replace(region, left=left, top=top, width=right - left, height=bottom - top)


def upright(region: Region, orientation: int) -> Region:
    """A region of the stored picture as one of the upright picture; orientation is EXIF's, 1 to 8 (tag 0x0112)."""
    left, top, width, height = region.left, region.top, region.width, region.height
    right, bottom = 1.0 - left - width, 1.0 - top - height  # how far the region's end is from the photo's
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
    """A region of the upright picture as one of the stored picture: undoes `upright`."""
    return upright(region, _BACK.get(orientation, orientation))


def lies_on_side(orientation: int) -> bool:
    """Are the stored picture's width and height those of the upright one the other way round?"""
    return orientation >= 5
