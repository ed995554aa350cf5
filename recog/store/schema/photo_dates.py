"""Which photos have a date of their own, and on which day they were taken."""

from datetime import date
from functools import lru_cache

from sqlalchemy import ColumnElement

from recog.store.schema.tables import photos
from recog.types import DateSource


def has_own_date() -> ColumnElement[bool]:
    """Return whether a row of `photos` has a date of its own; never NULL, so that the contrary holds for all others."""
    source = photos.c.taken_from  # SQLAlchemy cannot spell out the value of IS DISTINCT FROM
    return photos.c.taken_at.is_not(None) & (source.is_(None) | (source != DateSource.FILE_TIME.value))


def day_of(taken_at: str) -> int:
    """Return the day of `photos.taken_at`, by the local time of the camera, as a proleptic ordinal."""
    return _ordinal(taken_at[:10])


@lru_cache(maxsize=1 << 16)
def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()
