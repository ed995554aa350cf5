"""When a photo was taken, by what its file says of it."""

from recog.photos.dates.sources import taken

__all__ = ["taken"]
