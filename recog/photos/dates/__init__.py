"""The date on which a photo was taken, from its metadata, its file name or its file time."""

from recog.photos.dates.sources import taken

__all__ = ["taken"]
