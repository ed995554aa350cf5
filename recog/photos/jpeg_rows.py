"""Decoding of a JPEG without its end mark, and the number of its rows that are real."""

from PIL import Image

from recog.photos.formats import open_image
from recog.photos.jpeg_scans import Scans

_END = b"\xff\xd9"
_STRIP_ROWS = 64

# Two continuations that differ in every bit, without FF. Rows that decode the same with both, and with none, came from
# the file. Any bytes that are not all equal would do; the length is more than a row of small blocks needs.
_NOISE = bytes(1 + number * 167 % 254 for number in range(1 << 14))
_INVERSE = bytes(255 - value for value in _NOISE)


def load_cut_jpeg(data: bytes, scans: Scans) -> tuple[Image.Image, int, bool]:
    """Decode a JPEG without its end; returns the picture, the number of real rows from the top, and if all is there.

    libjpeg fills missing rows with grey and does not say where they begin. So the file is decoded with an end mark, and
    with two made-up continuations of its last scan: rows that come out the same do not depend on missing bytes. A row
    of a progressive picture counts as real once the first approximation of each of its coefficients is there.
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
    """Return the next restart marker; they are numbered from 0 to 7 in a cycle.

    If the file ends just before one, the decoder skips everything up to this marker.
    """
    last = max(range(8), key=lambda number: coded.rfind(bytes((0xFF, 0xD0 + number))))
    there = bytes((0xFF, 0xD0 + last)) in coded
    return bytes((0xFF, 0xD0 + ((last + 1) % 8 if there else 0)))


def _equal_rows(one: Image.Image, other: Image.Image) -> int:
    """Return the number of rows from the top that are equal in two pictures of the same size."""
    for top in range(0, one.height, _STRIP_ROWS):
        box = (0, top, one.width, min(top + _STRIP_ROWS, one.height))
        left, right = one.crop(box).tobytes(), other.crop(box).tobytes()
        if left != right:
            size = len(left) // (box[3] - top)
            rows = (slice(row * size, (row + 1) * size) for row in range(box[3] - top))
            return top + next(number for number, row in enumerate(rows) if left[row] != right[row])
    return one.height


def end_of_data(data: bytes) -> bytes:
    """Strip the zeros at the end, which an interrupted copy leaves where its data would have gone on.

    The zero of FF 00, which is one byte of coded data, stays.
    """
    kept = data.rstrip(b"\0")
    return kept + b"\0" if kept.endswith(b"\xff") and len(kept) < len(data) else kept
