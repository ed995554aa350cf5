"""The date of a photo, as people read it, in the language that is spoken."""

from datetime import date

from recog.render.language import gettext, gettext_noop, pgettext
from recog.types import DateSource, Photo

MONTHS = (
    gettext_noop("January"),
    gettext_noop("February"),
    gettext_noop("March"),
    gettext_noop("April"),
    gettext_noop("May"),
    gettext_noop("June"),
    gettext_noop("July"),
    gettext_noop("August"),
    gettext_noop("September"),
    gettext_noop("October"),
    gettext_noop("November"),
    gettext_noop("December"),
)
_SAYS = {
    None: gettext_noop("source unknown"),
    DateSource.EXIF_ORIGINAL: gettext_noop("from the camera"),
    DateSource.EXIF_DIGITIZED: gettext_noop("when it was digitized, from EXIF"),
    DateSource.EXIF_CHANGED: gettext_noop("when it was last changed, from EXIF"),
    DateSource.GPS: gettext_noop("from GPS"),
    DateSource.XMP: gettext_noop("from XMP"),
    DateSource.IPTC: gettext_noop("from IPTC"),
    DateSource.CONTAINER: gettext_noop("from the video"),
    DateSource.FILE_NAME: gettext_noop("from the file's name"),
    DateSource.FILE_TIME: gettext_noop("when the file was last changed"),
}


def taken_on(photo: Photo) -> str:
    """Write '2019-07-14 18:05 UTC+02:00 (from the camera)'; without a zone if none is known, '' without a date."""
    if photo.taken_at is None:
        return ""
    zone = f" {photo.taken_at:%Z}" if photo.taken_at.tzinfo is not None else ""
    return f"{photo.taken_at.date()} {photo.taken_at:%H:%M}{zone} ({gettext(_SAYS[photo.taken_from])})"


def day_in_words(day: date) -> str:
    """Write '14 July 2019'."""
    return pgettext(
        "date", "%(day)s %(month)s %(year)s", day=day.day, month=gettext(MONTHS[day.month - 1]), year=day.year
    )


def month_of(day: date) -> str:
    """Write 'July 2019'."""
    return pgettext("date", "%(month)s %(year)s", month=gettext(MONTHS[day.month - 1]), year=day.year)
