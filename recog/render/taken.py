"""The date of a photo, as people read it.

A damaged date may be of any year from 1 on, and strftime writes those before 1000 with fewer than four digits.
"""

from datetime import date

from recog.types import DateSource, Photo

_SAYS = {
    None: "source unknown",
    DateSource.EXIF_ORIGINAL: "from the camera",
    DateSource.EXIF_DIGITIZED: "when it was digitized, from EXIF",
    DateSource.EXIF_CHANGED: "when it was last changed, from EXIF",
    DateSource.GPS: "from GPS",
    DateSource.XMP: "from XMP",
    DateSource.IPTC: "from IPTC",
    DateSource.CONTAINER: "from the video",
    DateSource.FILE_NAME: "from the file's name",
    DateSource.FILE_TIME: "when the file was last changed",
}


def taken_on(photo: Photo) -> str:
    """Write '2019-07-14 18:05 UTC+02:00 (from the camera)'; without a zone if none is known, '' without a date."""
    if photo.taken_at is None:
        return ""
    zone = f" {photo.taken_at:%Z}" if photo.taken_at.tzinfo is not None else ""
    return f"{photo.taken_at.date()} {photo.taken_at:%H:%M}{zone} ({_SAYS[photo.taken_from]})"


def day_in_words(day: date) -> str:
    """Write '14 July 2019'."""
    return f"{day.day} {month_of(day)}"


def month_of(day: date) -> str:
    """Write 'July 2019'."""
    return f"{day:%B} {day.year}"
