"""Decoding of truncated files, such as an interrupted copy leaves: the rows that are there."""

from dataclasses import dataclass

from PIL import Image

from recog.photos.formats import open_image
from recog.photos.jpeg_rows import end_of_data, load_cut_jpeg
from recog.photos.jpeg_scans import Scans, read_scans
from recog.photos.png_rows import mended_png
from recog.types import Pixels

LEAST_SHARE = 0.5
"""A truncated photo is used if at least this share of its rows is there."""


@dataclass(frozen=True, slots=True)
class LoadedPicture:
    """A decoded picture: rows counts its rows, from the top, that the file held; whole says that nothing is missing.

    If pixels is given, (h, w, 3) uint8 as stored, it holds the picture in its own colour space, with sides divided by
    factor; the image then is only its header.
    """

    image: Image.Image
    rows: int
    whole: bool
    pixels: Pixels | None = None
    factor: int = 1


def load_cut(data: bytes, name: str, scans: Scans | None, *, most_pixels: int) -> LoadedPicture | None:
    """Decode a JPEG, whose scans are given, or a PNG that lacks its end.

    Returns None if the file has its end, or if recog cannot tell which rows of this format are there. Raises whatever
    the decoder raises.
    """
    if scans is not None:
        if scans.ended:
            return None
        data = end_of_data(data)
        scans = read_scans(data)
        return LoadedPicture(*load_cut_jpeg(data, scans)) if scans.scans else None
    if name == "PNG":
        mended = mended_png(end_of_data(data), most_pixels=most_pixels)
        if mended is None:
            return None
        image = open_image(mended.data, name)
        image.load()
        return LoadedPicture(image, mended.rows, mended.rows == image.height)
    return None
