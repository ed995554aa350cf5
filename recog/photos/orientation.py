"""The orientation in which a photo is stored in its file."""

from PIL.ImageFile import ImageFile

from recog.photos.decode import MAX_PIXELS, PhotoSource, refuse_too_large
from recog.photos.exif import first_page_says, orientation
from recog.photos.formats import JXL, RAW, decoder_is_there, open_image, photo_format
from recog.photos.quiet import DecoderChatter
from recog.photos.raw import raw_orientation
from recog.photos.tiff_pages import with_full_page_first

_CHATTER = DecoderChatter()


def stored_orientation(source: PhotoSource) -> int:
    """Return EXIF's orientation of the stored picture, 1 (upright) to 8; 1 if the metadata has no valid one.

    It is 1 as well for a file that cannot be opened, and for HEIF and JPEG XL, whose decoders turn pictures upright.
    """
    name = photo_format(source.data)
    if name is None or not decoder_is_there(name):
        return 1
    try:
        with _CHATTER:
            if name == JXL:
                return 1
            if name == RAW:
                return raw_orientation(source.data)
            return orientation(opened_whole(source, name))
    except Exception:  # noqa: BLE001 - decoders meet hostile bytes with any error; what cannot be opened is not turned
        return 1


def opened_whole(source: PhotoSource, name: str) -> ImageFile:
    """Open a picture of an allowed format with all of its metadata; raises whatever the decoder raises.

    A PNG's pixels are decoded, because its EXIF and XMP may come after them. A TIFF may hold its EXIF and XMP in its
    first page even if that is only a thumbnail.
    """
    image = open_image(source.data, name)
    if name == "TIFF" and with_full_page_first(source.data) is not source.data:
        first_page_says(image, source.data)()
    if name == "PNG":
        refuse_too_large(source.path, image.size, MAX_PIXELS)
        image.load()
    return image
