"""The date on which a photo was taken, from its metadata, its file name or its file time."""

from recog.photos.dates.sources import taken, undated

__all__ = ["taken", "undated"]
