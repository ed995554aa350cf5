"""Parsers for dates as EXIF, XMP and IPTC write them."""

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
"""The largest offset from UTC that a time zone has (east of Greenwich; to the west it is less)."""


def written_date(value: object, offset: object = None) -> datetime | None:
    """Parse a date of EXIF or XMP, with or without time, seconds and offset from UTC; None if it is no valid date.

    offset: the value of EXIF's offset tag. With an offset the date is aware; without one it is the camera's local time
    (naive).
    """
    found = _DATE.fullmatch(_text(value))
    if found is None:
        return None
    parts = [int(found[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")]
    return made_date(parts, written_zone(found["offset"]) or written_zone(offset))


def iptc_date(day: object, time: object) -> datetime | None:
    """Parse a date of IPTC (CCYYMMDD) and its time (HHMMSS, perhaps with an offset), which may be absent."""
    found, clock = _IPTC_DATE.fullmatch(_text(day)), _IPTC_TIME.fullmatch(_text(time))
    if found is None:
        return None
    parts = [*map(int, found.groups()), *(map(int, clock.groups()[:3]) if clock else (0, 0, 0))]
    return made_date(parts, written_zone(clock[4]) if clock else None)


def gps_date(day: object, time: object) -> datetime | None:
    """Parse GPSDateStamp and GPSTimeStamp, which are in UTC; None if one of them is absent or invalid."""
    found = _DATE.fullmatch(_text(day))
    if found is None or not isinstance(time, tuple) or len(time) != len(("hour", "minute", "second")):
        return None
    try:
        clock = [int(float(part)) for part in time]
    except (ArithmeticError, TypeError, ValueError):
        return None
    return made_date([int(found["year"]), int(found["month"]), int(found["day"]), *clock], UTC)


def written_zone(value: object) -> timezone | None:
    """Parse an offset from UTC such as '+02:00', '-0330' or 'Z'; None if no time zone has it."""
    found = _OFFSET.fullmatch(_text(value))
    if found is None:
        return None
    if found[1]:
        return UTC
    ahead = timedelta(hours=int(found[3]), minutes=int(found[4]))
    return timezone(-ahead if found[2] == "-" else ahead) if ahead <= _FARTHEST else None


def made_date(parts: list[int], zone: timezone | None) -> datetime | None:
    """Make a date of year, month, day, hour, minute and second; None if it does not exist."""
    year, month, day, hour, minute, second = parts
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("ascii", "replace")
    return value if isinstance(value, str) else ""
