"""The sources of a photo's date, tried in order of reliability."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import IptcImagePlugin
from PIL.Image import Image
from PIL.ImageFile import ImageFile

from recog.photos.dates.named import named_date
from recog.photos.dates.packet import packet_dates
from recog.photos.dates.written import gps_date, iptc_date, written_date
from recog.types import DateSource

_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_CHANGED, _ORIGINAL, _DIGITIZED = 0x0132, 0x9003, 0x9004
_OFFSET, _OFFSET_ORIGINAL, _OFFSET_DIGITIZED = 0x9010, 0x9011, 0x9012
_GPS_TIME, _GPS_DAY = 7, 29
_IPTC_DAYS = (((2, 55), (2, 60)), ((2, 62), (2, 63)))
"""The fields of day and time: first of creation, then of digital creation."""
_XMP_TAG = 700
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def taken(image: Image, path: Path, changed_ns: int | None) -> tuple[datetime, DateSource] | tuple[None, None]:
    """Return the date on which the photo was taken and the source of that date; (None, None) if no source has one.

    The sources are EXIF's DateTimeOriginal, DateTimeDigitized and DateTime, then GPS, XMP, IPTC, the file's name and
    its modification time; the first valid date counts. It is aware if the offset from UTC is known, and naive if it is
    the camera's local time. path: the file. changed_ns: its modification time in nanoseconds since 1970; None for bytes
    that are not in a file.
    """
    for source, look in _PLACES:
        date = _found(look, image)
        if date is not None:
            return date, source
    return undated(path, changed_ns)


def undated(path: Path, changed_ns: int | None) -> tuple[datetime, DateSource] | tuple[None, None]:
    """Return the date of a file whose content has none, from its name or its modification time; see `taken`."""
    date = named_date(path.stem)
    if date is not None:
        return date, DateSource.FILE_NAME
    if changed_ns is None:
        return None, None
    with suppress(OverflowError):
        return _EPOCH + timedelta(seconds=changed_ns // 1_000_000_000), DateSource.FILE_TIME
    return None, None


def _found(look: Callable[[Image], datetime | None], image: Image) -> datetime | None:
    try:
        return look(image)
    except Exception:  # noqa: BLE001 - broken metadata of any kind must not cost the photo
        return None


def _original(image: Image) -> datetime | None:
    exif = image.getexif()
    shot = exif.get_ifd(_EXIF_IFD)
    # Cameras that write TIFF keep the date in the first directory (TIFF/EP).
    return written_date(shot.get(_ORIGINAL) or exif.get(_ORIGINAL), shot.get(_OFFSET_ORIGINAL))


def _digitized(image: Image) -> datetime | None:
    shot = image.getexif().get_ifd(_EXIF_IFD)
    return written_date(shot.get(_DIGITIZED), shot.get(_OFFSET_DIGITIZED))


def _changed(image: Image) -> datetime | None:
    exif = image.getexif()
    return written_date(exif.get(_CHANGED), exif.get_ifd(_EXIF_IFD).get(_OFFSET))


def _gps(image: Image) -> datetime | None:
    place = image.getexif().get_ifd(_GPS_IFD)
    return gps_date(place.get(_GPS_DAY), place.get(_GPS_TIME))


def _xmp(image: Image) -> datetime | None:
    dates = (written_date(text) for packet in _packets(image) for text in packet_dates(packet))
    return next((date for date in dates if date is not None), None)


def _packets(image: Image) -> Iterator[bytes]:
    for packet in (image.info.get("xmp"), image.info.get("XML:com.adobe.xmp"), image.getexif().get(_XMP_TAG)):
        if isinstance(packet, str):
            yield packet.encode()
        elif isinstance(packet, bytes):
            yield packet


def _iptc(image: Image) -> datetime | None:
    said = IptcImagePlugin.getiptcinfo(image) if isinstance(image, ImageFile) else None
    dates = (iptc_date((said or {}).get(day), (said or {}).get(time)) for day, time in _IPTC_DAYS)
    return next((date for date in dates if date is not None), None)


_PLACES: tuple[tuple[DateSource, Callable[[Image], datetime | None]], ...] = (
    (DateSource.EXIF_ORIGINAL, _original),
    (DateSource.EXIF_DIGITIZED, _digitized),
    (DateSource.EXIF_CHANGED, _changed),
    (DateSource.GPS, _gps),
    (DateSource.XMP, _xmp),
    (DateSource.IPTC, _iptc),
)
