"""The film of how a picture came about: small frames of the search, as an animated WebP."""

import io
from pathlib import Path

from PIL import Image

from recog.style.files import ResultKind
from recog.types import Pixels

FILM = ResultKind("film", (".webp",))
LONGEST = 720
"""Longest side of a frame in pixels, so that the frames of a large picture fit into memory."""
_FRAME_MILLISECONDS = 120
_LAST_MILLISECONDS = 2000
_QUALITY = 85


class Film:
    """Collects frames in the order of the search."""

    def __init__(self) -> None:
        self._frames: list[Image.Image] = []

    def add(self, pixels: Pixels) -> None:
        """Add the picture (H, W, 3) uint8, reduced to at most LONGEST pixels; all frames have the first one's size."""
        frame = Image.fromarray(pixels)
        frame.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
        self._frames.append(frame)

    def encoded(self) -> bytes:
        """Encode the frames as an animated WebP that plays again and again and rests on the last one.

        Raises:
            ValueError: there is no frame.
        """
        if not self._frames:
            raise ValueError("a film needs at least one frame")
        first, *others = self._frames
        buffer = io.BytesIO()
        first.save(
            buffer,
            format="WEBP",
            save_all=True,
            append_images=others,
            duration=[*[_FRAME_MILLISECONDS] * len(others), _LAST_MILLISECONDS],
            loop=0,
            quality=_QUALITY,
        )
        return buffer.getvalue()


def film_path(picture: Path) -> Path:
    """Return where the film of a picture goes: beside it, under its name with another suffix."""
    return picture.with_suffix(FILM.suffixes[0])
