"""Dates in file names, as cameras, phones and messengers write them."""

import re
from datetime import UTC, datetime

from recog.photos.dates.written import made_date

# IMG-20190704-WA0001, IMG_20190704_123000, 2019-07-04 12.30.00, Screenshot_2019-07-04-12-30-00, PXL_20190704_123000123,
# WhatsApp Image 2019-07-04 at 12.30.00, 20190704123000. One date uses the same separator throughout.
_NAME = re.compile(
    r"(?<!\d)(?P<year>19[7-9]\d|20\d\d)(?P<between>[-_.]?)(?P<month>\d\d)(?P=between)(?P<day>\d\d)"
    r"(?:(?:[-_ T.]|,? at |, ){0,2}(?P<hour>\d\d|\d(?=[-_.:h]))(?P<colon>[-_.:h]?)(?P<minute>\d\d)"
    r"(?P=colon)(?P<second>\d\d)(?:[-_.]?\d{3})?(?!\d)(?: ?(?P<half>[AP]M)\b)?|(?!\d))"
)
_NOON = 12
_UTC_PREFIX = "PXL_"
"""Google's camera app writes UTC into file names; the others write local time."""


def named_date(stem: str) -> datetime | None:
    """Return the first valid date in a file's name, at midnight if no time follows; None if there is no date."""
    for found in _NAME.finditer(stem):
        hour = int(found["hour"] or 0)
        if found["half"] and 1 <= hour <= _NOON:
            hour = hour % _NOON + (_NOON if found["half"] == "PM" else 0)
        clock = [hour, int(found["minute"] or 0), int(found["second"] or 0)]
        day = [int(found["year"]), int(found["month"]), int(found["day"])]
        zone = UTC if stem.upper().startswith(_UTC_PREFIX) and found["hour"] else None
        date = made_date([*day, *clock], zone) or made_date([*day, 0, 0, 0], None)
        if date is not None:
            return date
    return None
