"""The frames of an animated GIF or WebP that are looked at, decoded by Pillow.

A picture of one frame is none: it stays a photo.
"""

from collections.abc import Iterator
from itertools import accumulate

import numpy as np
from PIL import Image, ImageSequence
from PIL.ImageFile import ImageFile

from recog.errors import UnreadablePhotoError
from recog.photos.colour import to_rgb
from recog.photos.decode import MAX_PIXELS, PhotoSource, decode_photo, refuse_too_large
from recog.photos.formats import open_image, photo_format
from recog.photos.quiet import DecoderChatter
from recog.photos.reasons import Reason
from recog.photos.video.plan import wanted_times
from recog.photos.video.samples import Sample, VideoFacts
from recog.printable import printable

MAX_FRAMES = 100_000
_SHOWN_SECONDS = 0.1
"""How long browsers show a frame that says 0 or 10 milliseconds."""
_CHATTER = DecoderChatter()


class AnimationReader:
    """An animated picture, read from the bytes of its file."""

    def __init__(self, source: PhotoSource) -> None:
        """Raise PhotoError if the picture cannot be decoded, or does not move."""
        first = decode_photo(source)  # refuses what is no picture, or too large
        self.errors = 0
        self._path = source.path
        self._image = _moving(source)
        refuse_too_large(source.path, self._image.size, MAX_PIXELS)
        self._starts, end = self._times()
        self.facts = VideoFacts(end, first.width, first.height, first.taken_at)
        self.taken_from = first.taken_from

    def samples(self) -> Iterator[Sample]:
        """Yield the frames to look at, in order; the rest of a file that ends early counts as an error."""
        wanted = set(wanted_times(self._starts, ()))
        try:
            for at, frame in zip(self._starts, ImageSequence.Iterator(self._image), strict=False):
                if at in wanted:
                    with _CHATTER:
                        pixels = np.array(to_rgb(frame))
                    yield Sample(at, pixels, cut=False)
        except (OSError, EOFError, SyntaxError, ValueError):
            self.errors += 1

    def _times(self) -> tuple[list[float], float]:
        """Return the second at which each frame begins, and the end of the last one."""
        shown = []
        try:
            for frame in ImageSequence.Iterator(self._image):
                frame.load()  # a WebP tells it only then
                seconds = float(frame.info.get("duration") or 0) / 1000
                shown.append(seconds if seconds > _SHOWN_SECONDS / 5 else _SHOWN_SECONDS)
                if len(shown) == MAX_FRAMES:
                    break
        except (OSError, EOFError, SyntaxError, ValueError):
            self.errors += 1
        *starts, end = accumulate(shown, initial=0.0)
        return starts, end


def moves(image: Image.Image) -> bool:
    """Return whether an opened picture holds several frames that are shown one after the other."""
    return image.format in ("GIF", "WEBP") and bool(getattr(image, "is_animated", False))


def _moving(source: PhotoSource) -> ImageFile:
    image = open_image(source.data, photo_format(source.data) or "")
    if not moves(image):
        raise UnreadablePhotoError(f"{printable(source.path)} does not move", reason=Reason.UNSUPPORTED)
    return image
