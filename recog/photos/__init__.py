"""Find photo files, read them upright, hash their bytes."""

from recog.photos.decode import MAX_PIXELS, read_photo
from recog.photos.files import MAX_FILE_BYTES, photo_digest, stat_photo
from recog.photos.find import PHOTO_SUFFIXES, SKIPPED_FOLDERS, find_photos
from recog.photos.reasons import REASONS, Reason, printable

__all__ = [
    "MAX_FILE_BYTES",
    "MAX_PIXELS",
    "PHOTO_SUFFIXES",
    "REASONS",
    "SKIPPED_FOLDERS",
    "Reason",
    "find_photos",
    "photo_digest",
    "printable",
    "read_photo",
    "stat_photo",
]
