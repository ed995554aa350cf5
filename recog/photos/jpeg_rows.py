"""Decode a JPEG that ends before its end mark, and tell which of its rows are real."""

from PIL import Image

from recog.photos.formats import open_image
from recog.photos.jpeg_scans import Scans

_END = b"\xff\xd9"
_STRIP_ROWS = 64

# Two continuations that differ in every bit, without FF. What is decoded alike with both, and with none, came from the
# file. Any values would do that are not all the same; the length is more than a row of small blocks needs.
_NOISE = bytes(1 + number * 167 % 254 for number in range(1 << 14))
_INVERSE = bytes(255 - value for value in _NOISE)


def load_cut_jpeg(data: bytes, scans: Scans) -> tuple[Image.Image, int, bool]:
    """A JPEG without its end -> the decoded picture, how many of its rows from the top are there, is all of it there.

    libjpeg fills what is missing with grey and does not say from where on. So the file is decoded with an end mark, and
    with two made-up continuations of its last scan: rows that come out alike do not depend on what is missing.
    A row of a progressive picture is there once each of its coefficients has come in its first approximation.
    """
    body = data[: scans.end].rstrip(b"\xff")  # with the first byte of what follows, FF would be a marker
    image = open_image(body + _END, "JPEG")
    image.load()
    rows = image.height
    restart = _next_restart(body[scans.start :])
    for noise in (_NOISE, _INVERSE):
        other = open_image(body + noise + restart + noise + _END, "JPEG")
        other.load()
        rows = min(rows, _equal_rows(image, other))
    whole = rows == image.height and scans.all_sent()
    if scans.scans[-1].refines:
        rows = image.height
    return image, rows if scans.all_begun() else 0, whole


def _next_restart(coded: bytes) -> bytes:
    """The restart mark that comes next: they are numbered from 0 to 7, again and again.

    Where the file ends just before one, the decoder passes over all that is not this mark.
    """
    last = max(range(8), key=lambda number: coded.rfind(bytes((0xFF, 0xD0 + number))))
    there = bytes((0xFF, 0xD0 + last)) in coded
    return bytes((0xFF, 0xD0 + ((last + 1) % 8 if there else 0)))


def _equal_rows(one: Image.Image, other: Image.Image) -> int:
    """How many rows from the top are the same in two pictures of one size."""
    for top in range(0, one.height, _STRIP_ROWS):
        box = (0, top, one.width, min(top + _STRIP_ROWS, one.height))
        left, right = one.crop(box).tobytes(), other.crop(box).tobytes()
        if left != right:
            size = len(left) // (box[3] - top)
            rows = (slice(row * size, (row + 1) * size) for row in range(box[3] - top))
            return top + next(number for number, row in enumerate(rows) if left[row] != right[row])
    return one.height


def end_of_data(data: bytes) -> bytes:
    """The bytes without the zeros at their end, which stand where a copy was to go on.

    Of FF 00, which is one byte of coded data, the zero stays.
    """
    kept = data.rstrip(b"\0")
    return kept + b"\0" if kept.endswith(b"\xff") and len(kept) < len(data) else kept
