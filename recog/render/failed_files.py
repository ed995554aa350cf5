"""Why files could not be used as photos, in general, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from recog.photos.reasons import Reason
from recog.render.language import gettext_noop


@dataclass(frozen=True, slots=True)
class Remedy:
    """A reason in a few words, and what helps: messages that are translated where they are shown."""

    what: str
    help: str


REMEDIES: Mapping[str, Remedy] = {
    Reason.MISSING: Remedy(
        gettext_noop("Not there"), gettext_noop("Mount the disk, or put the file back, then index again.")
    ),
    Reason.FORBIDDEN: Remedy(
        gettext_noop("May not be read"), gettext_noop("Let your user read the file, then index again.")
    ),
    Reason.NAME_TOO_LONG: Remedy(
        gettext_noop("Path too long"), gettext_noop("Shorten the names of its folders, then index again.")
    ),
    Reason.NOT_A_FILE: Remedy(
        gettext_noop("No files"), gettext_noop("Nothing is lost: folders, pipes and devices hold no photo.")
    ),
    Reason.EMPTY: Remedy(
        gettext_noop("Empty"), gettext_noop("Copy the file again from where it came from, then index again.")
    ),
    Reason.NOT_A_PHOTO: Remedy(
        gettext_noop("No photos"),
        gettext_noop("The name says photo and the content does not: leave them, or delete them."),
    ),
    Reason.UNSUPPORTED: Remedy(
        gettext_noop("Format not supported"), gettext_noop("Save it as JPEG or PNG, then index again.")
    ),
    Reason.NO_DECODER: Remedy(
        gettext_noop("Decoder not installed"),
        gettext_noop("Install the extra that the sentence names, then index again."),
    ),
    Reason.DAMAGED: Remedy(
        gettext_noop("Damaged"),
        gettext_noop("Look for another copy, in a backup or on the camera's card, then index again."),
    ),
    Reason.TOO_LARGE: Remedy(gettext_noop("Too large"), gettext_noop("Save it smaller, then index again.")),
    Reason.CHANGED: Remedy(gettext_noop("Changed meanwhile"), gettext_noop("Index again when the copy has finished.")),
    Reason.IO_ERROR: Remedy(
        gettext_noop("Disk or network failed"), gettext_noop("Check the disk or the network, then index again.")
    ),
    Reason.CRASHED: Remedy(
        gettext_noop("Decoder crashed"),
        gettext_noop("Look for another copy, or save it anew with another program, then index again."),
    ),
    Reason.TIMEOUT: Remedy(
        gettext_noop("Took too long"),
        gettext_noop("Save it smaller, or allow more seconds (decode_seconds), then index again."),
    ),
}
"""A remedy for each reason."""
