"""The closed list of reasons why a photo file cannot be used, and the sentence for each."""

import errno
from enum import StrEnum
from pathlib import Path

from recog.errors import PhotoTooLargeError, UnreadablePhotoError
from recog.printable import printable


class Reason(StrEnum):
    """One word for the catalog and for scripts; the error's message is a sentence for people."""

    MISSING = "missing"
    """Nothing is at the path, or a link leads nowhere."""
    FORBIDDEN = "forbidden"
    """This user may not read it."""
    NAME_TOO_LONG = "name_too_long"
    """The system refuses a path of this length."""
    NOT_A_FILE = "not_a_file"
    """A folder, pipe, socket or device."""
    EMPTY = "empty"
    """A file of zero bytes."""
    NOT_A_PHOTO = "not_a_photo"
    """The first bytes belong to no known picture format, whatever the name says."""
    UNSUPPORTED = "unsupported"
    """A picture of a format or variant that recog does not decode."""
    NO_DECODER = "no_decoder"
    """A picture whose decoder is an extra that is not installed; the next run tries again."""
    DAMAGED = "damaged"
    """The bytes violate their own format, or end too early."""
    TOO_LARGE = "too_large"
    """More bytes or pixels than the limit, or than fit into memory."""
    CHANGED = "changed"
    """The file changed while it was read; the next run tries again."""
    IO_ERROR = "io_error"
    """The disk or the network failed; the next run tries again."""
    CRASHED = "crashed"
    """The decoding process died twice; not tried again before the file changes."""
    TIMEOUT = "timeout"
    """Decoding took longer than the limit; not tried again before the file changes."""


REASONS: frozenset[str] = frozenset(Reason)
PASSING_REASONS: frozenset[str] = frozenset(
    {Reason.MISSING, Reason.FORBIDDEN, Reason.CHANGED, Reason.NO_DECODER, Reason.IO_ERROR}
)
"""Reasons that may go away without a change of the file, so the next run tries again."""

SLOW_REASONS: frozenset[str] = frozenset({Reason.CRASHED, Reason.TIMEOUT, Reason.TOO_LARGE})
"""Reasons that take seconds or gigabytes to detect."""

LEFT_OUT_REASONS: frozenset[str] = frozenset({Reason.FORBIDDEN, Reason.TOO_LARGE, Reason.CRASHED, Reason.TIMEOUT})
"""Reasons whose sentence ends with the advice to leave the photo out."""

_REASON_OF_ERRNO = {
    errno.ENOENT: Reason.MISSING,
    errno.ENOTDIR: Reason.MISSING,
    errno.ELOOP: Reason.MISSING,
    errno.EACCES: Reason.FORBIDDEN,
    errno.EPERM: Reason.FORBIDDEN,
    errno.ENAMETOOLONG: Reason.NAME_TOO_LONG,
    errno.EISDIR: Reason.NOT_A_FILE,
    # The errors of opening a socket, or a device without a driver.
    errno.ENXIO: Reason.NOT_A_FILE,
    errno.ENODEV: Reason.NOT_A_FILE,
}

_SENTENCES = {
    Reason.MISSING: "is not there: it was moved or deleted, its disk is not mounted, or a link leads nowhere",
    Reason.FORBIDDEN: "may not be read by this user: grant the permission, or leave it out",
    Reason.NAME_TOO_LONG: "has a path longer than the system accepts: shorten the names of its folders",
    Reason.NOT_A_FILE: "is a folder, pipe, socket or device, not a photo file: name photos themselves",
    Reason.EMPTY: "is empty (0 bytes): copy it again from where it came from",
    Reason.CHANGED: "changed while it was read: index again when the copy has finished",
}


def unreadable(path: Path, reason: Reason) -> UnreadablePhotoError:
    """Make the error for a reason that needs no numbers."""
    return UnreadablePhotoError(f"{printable(path)} {_SENTENCES[reason]}", reason=reason)


def out_of_memory(path: Path) -> PhotoTooLargeError:
    """Make the error for a photo that does not fit into memory."""
    message = f"{printable(path)} needs more memory than is allowed or left: save it smaller, or leave it out"
    return PhotoTooLargeError(message, reason=Reason.TOO_LARGE)


def given_up(path: Path, reason: Reason, why: str) -> UnreadablePhotoError:
    """Make the error for a file whose decoding process died or took too long; why is the middle of the sentence."""
    message = f"{printable(path)} {why}: touch it to have it tried again, or leave it out"
    return UnreadablePhotoError(message, reason=reason)


def unreadable_from(path: Path, error: OSError) -> UnreadablePhotoError:
    """Translate the operating system's error about a file or folder."""
    reason = _REASON_OF_ERRNO.get(error.errno or 0, Reason.IO_ERROR)
    if reason is Reason.IO_ERROR:
        said = error.strerror or type(error).__name__
        message = f"{printable(path)} could not be read ({said}): check the disk or the network, then index again"
        return UnreadablePhotoError(message, reason=reason)
    return unreadable(path, reason)
