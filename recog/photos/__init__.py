"""Photo files: find them, hash their bytes, decode them upright."""

from recog.photos.decode import MAX_PIXELS, PhotoSource, decode_areas, decode_photo, read_photo, read_source
from recog.photos.decoder_process import DecodeLimits, KnownContent, Opened
from recog.photos.files import MAX_FILE_BYTES, photo_digest, read_in_parts, stat_photo
from recog.photos.find import PHOTO_SUFFIXES, SKIPPED_FOLDERS, extra_of, find_photos, photo_suffixes
from recog.photos.metadata import PhotoMetadata, read_metadata
from recog.photos.orientation import stored_orientation
from recog.photos.pixels import refuse_other_than_pixels
from recog.photos.pool import DecodePool
from recog.photos.reasons import PASSING_REASONS, REASONS, SLOW_REASONS, Reason

__all__ = [
    "MAX_FILE_BYTES",
    "MAX_PIXELS",
    "PASSING_REASONS",
    "PHOTO_SUFFIXES",
    "REASONS",
    "SKIPPED_FOLDERS",
    "SLOW_REASONS",
    "DecodeLimits",
    "DecodePool",
    "KnownContent",
    "Opened",
    "PhotoMetadata",
    "PhotoSource",
    "Reason",
    "decode_areas",
    "decode_photo",
    "extra_of",
    "find_photos",
    "photo_digest",
    "photo_suffixes",
    "read_in_parts",
    "read_metadata",
    "read_photo",
    "read_source",
    "refuse_other_than_pixels",
    "stat_photo",
    "stored_orientation",
]
