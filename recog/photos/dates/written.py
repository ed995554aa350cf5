"""Read dates as EXIF, XMP and IPTC write them."""

import re
from datetime import UTC, datetime, timedelta, timezone

_DATE = re.compile(
    r"\s*(?P<year>\d{4})[:./-](?P<month>\d{1,2})[:./-](?P<day>\d{1,2})"
    r"(?:[ T]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?:(?P<second>\d{2})(?:[.,]\d*)?)?)?)?"
    r"\s*(?P<offset>Z|[+-]\d{2}:?\d{2})?[\s\0]*"
)
_IPTC_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_IPTC_TIME = re.compile(r"(\d{2})(\d{2})(\d{2})(Z|[+-]\d{4})?")
_OFFSET = re.compile(r"\s*(?:(Z)|([+-])(\d{2}):?(\d{2}))[\s\0]*")
_FARTHEST = timedelta(hours=14)
"""From Greenwich a zone can be, to the east; to the west it is less."""


def written_date(value: object, offset: object = None) -> datetime | None:
    """A date of EXIF or XMP, with or without time, seconds and offset from UTC; None if there is no such date.

    offset: EXIF's own tag for it. With an offset the date is an instant, without one the camera's local time (naive).
    """
    found = _DATE.fullmatch(_text(value))
    if found is None:
        return None
    parts = [int(found[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")]
    return made_date(parts, written_zone(found["offset"]) or written_zone(offset))


def iptc_date(day: object, time: object) -> datetime | None:
    """A date of IPTC, CCYYMMDD, and its time, HHMMSS and perhaps an offset, which may be absent."""
    found, clock = _IPTC_DATE.fullmatch(_text(day)), _IPTC_TIME.fullmatch(_text(time))
    if found is None:
        return None
    parts = [*map(int, found.groups()), *(map(int, clock.groups()[:3]) if clock else (0, 0, 0))]
    return made_date(parts, written_zone(clock[4]) if clock else None)


def gps_date(day: object, time: object) -> datetime | None:
    """GPSDateStamp and GPSTimeStamp: the satellites' time, which is UTC; None if one of them is absent."""
    found = _DATE.fullmatch(_text(day))
    if found is None or not isinstance(time, tuple) or len(time) != len(("hour", "minute", "second")):
        return None
    try:
        clock = [int(float(part)) for part in time]
    except (ArithmeticError, TypeError, ValueError):
        return None
    return made_date([int(found["year"]), int(found["month"]), int(found["day"]), *clock], UTC)


def written_zone(value: object) -> timezone | None:
    """An offset from UTC, as '+02:00', '-0330' or 'Z'; None if there is no such zone."""
    found = _OFFSET.fullmatch(_text(value))
    if found is None:
        return None
    if found[1]:
        return UTC
    ahead = timedelta(hours=int(found[3]), minutes=int(found[4]))
    return timezone(-ahead if found[2] == "-" else ahead) if ahead <= _FARTHEST else None


def made_date(parts: list[int], zone: timezone | None) -> datetime | None:
    """Year, month, day, hour, minute, second -> a date, None if there is none such."""
    year, month, day, hour, minute, second = parts
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("ascii", "replace")
    return value if isinstance(value, str) else ""
