"""Why files could not be used as photos, in general, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from recog.photos.reasons import Reason


@dataclass(frozen=True, slots=True)
class Remedy:
    """A reason in a few words, and what helps."""

    what: str
    help: str


_AGAIN = "then index again"
REMEDIES: Mapping[str, Remedy] = {
    Reason.MISSING: Remedy("Not there", f"Mount the disk, or put the file back, {_AGAIN}."),
    Reason.FORBIDDEN: Remedy("May not be read", f"Let your user read the file, {_AGAIN}."),
    Reason.NAME_TOO_LONG: Remedy("Path too long", f"Shorten the names of its folders, {_AGAIN}."),
    Reason.NOT_A_FILE: Remedy("No files", "Nothing is lost: folders, pipes and devices hold no photo."),
    Reason.EMPTY: Remedy("Empty", f"Copy the file again from where it came from, {_AGAIN}."),
    Reason.NOT_A_PHOTO: Remedy(
        "No photos", "The name says photo and the content does not: leave them, or delete them."
    ),
    Reason.UNSUPPORTED: Remedy("Format not supported", f"Save it as JPEG or PNG, {_AGAIN}."),
    Reason.NO_DECODER: Remedy("Decoder not installed", f"Install the extra that the sentence names, {_AGAIN}."),
    Reason.DAMAGED: Remedy("Damaged", f"Look for another copy, in a backup or on the camera's card, {_AGAIN}."),
    Reason.TOO_LARGE: Remedy("Too large", f"Save it smaller, {_AGAIN}."),
    Reason.CHANGED: Remedy("Changed meanwhile", "Index again when the copy has finished."),
    Reason.IO_ERROR: Remedy("Disk or network failed", f"Check the disk or the network, {_AGAIN}."),
    Reason.CRASHED: Remedy(
        "Decoder crashed", f"Look for another copy, or save it anew with another program, {_AGAIN}."
    ),
    Reason.TIMEOUT: Remedy("Took too long", f"Save it smaller, or allow more seconds (decode_seconds), {_AGAIN}."),
}
"""A remedy for each reason."""
