"""The errors that recog raises on purpose.

::

    RecogError
    ├── PhotoError
    │   ├── UnreadablePhotoError
    │   └── PhotoTooLargeError
    ├── NoPhotosFoundError
    ├── QueryError
    ├── NoFaceFoundError
    │   └── NoSuchFaceError
    ├── SeveralFacesFoundError
    ├── DoubtedFaceError
    ├── LivenessError
    ├── WeightsError
    │   ├── WeightsMissingError
    │   └── WeightsMismatchError
    │       └── WeightsDamagedError
    ├── SearchIndexError
    │   └── IndexUnreadableError
    ├── CatalogError
    │   ├── NoLibraryError
    │   ├── UnknownPersonError
    │   ├── UnknownNumberError
    │   ├── DuplicatePersonError
    │   ├── NearNameError
    │   ├── ReadOnlyError
    │   ├── SchemaOutdatedError
    │   ├── LibraryBusyError
    │   ├── LibraryReplacedError
    │   ├── CatalogUnusableError
    │   │   └── CatalogForbiddenError
    │   └── LibraryDiskError
    ├── TrainingError
    ├── StyleError
    ├── SharingError
    ├── AlbumError
    ├── EvaluationError
    └── ConfigError

Each message names the thing and the numbers in one sentence. The way out is in the sentence too, unless it takes an
option or a command: then it is a fact of the error, which recog.render words for the command line and recog.web for the
API. A programmer's wrong shape or dtype is a ValueError instead. The command line prints a RecogError in one line and
exits with 1.
"""

from enum import StrEnum
from pathlib import Path
from typing import Any


class WayOut(StrEnum):
    """What a user can do about an error, whichever way recog is used."""

    INDEX = "index a folder"
    MAKE_LIBRARY = "make a library: index a folder"
    ENROL = "enrol a photo of the person"
    NAME_FACES = "enrol the person, or identify all faces"
    FIND_FACES = "search, or read the faces' numbers in any document"
    LIST_CLUSTERS = "cluster, which lists the numbers"
    LIST_ACCOUNTS = "list the accounts"
    LIST_ROOTS = "read the roots in the status"
    LIST_MISSING = "list the files that are gone"
    MAP_UNLIKE = "name another folder, or map it all the same"
    LIST_STYLE_JOBS = "list the style jobs"
    NAME_BACKUP = "name a file that a backup wrote"
    EXCLUDE_LESS = "exclude less, or name another folder"
    RESET_PHOTO = "reset the photo, and index it again"
    SPLIT_CLOSER = "split by a smaller threshold, or reject faces"
    COPY_LIBRARY = "copy the library to where it may be written, and open the copy"
    GRANT = "let the owner of the database grant the rights of a role"
    WITHOUT_REPLICA = "ask the primary server instead of the replica"
    RESTORE_AGAIN = "restore the backup again"
    FIX_THEN_INDEX = "check and fix, then index"
    TRAIN_HEAD = "train a head for the network"
    NAME_HEADS = "install recog again, or train a head and name its directory"
    USE_CPU = "use the processor, or install another torch"
    CALIBRATE = "measure a calibration"
    CALIBRATE_OR_INSTALL = "measure a calibration, or install recog again, which restores the shipped one"
    REPLACE_NETWORK = "choose another name, or ask to replace the network"
    ADD_NETWORK = "add a network of your own"
    NAME_FOLDER = "choose a name without a folder, and name the folder apart from it"
    REBUILD_INDEX = "rebuild the search index"
    UPDATE_OR_REBUILD_INDEX = "update recog, or rebuild the search index"
    RESTORE = "if it happens again, restore a backup, or move the database away and index again"
    WRITE_CLEANING = "look for wrong photos, which writes a report"
    EXPORT_NAMES = "export the names"
    TRAIN_VERIFIER = "train a pair classifier"
    TRAIN_VERIFIER_OR_USE_DISTANCE = "train a pair classifier, or decide by the distance"
    ALLOW_SHARING = "keep somebody else, or allow to share the person"
    BRING_WEIGHTS = "try again with a network connection, or put the files into the directory of weights"


class RecogError(Exception):
    """Root of all errors that a user can meet; way_out: what to do, if the message does not say so."""

    def __init__(self, message: str, *, way_out: WayOut | None = None) -> None:
        super().__init__(message)
        self.way_out = way_out

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how to make the error in another process, which cannot know what its class was made with."""
        return _remade, (type(self), self.args), self.__dict__


def _remade(kind: type[RecogError], told: tuple[Any, ...]) -> RecogError:
    """Return an error without facts; pickle adds them."""
    return kind.__new__(kind, *told)


class PhotoError(RecogError):
    """A photo file cannot be used; `reason` is one word of a closed list (see recog.photos)."""

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class UnreadablePhotoError(PhotoError):
    """The file is missing, forbidden, damaged, or no photo at all."""


class PhotoTooLargeError(PhotoError):
    """The photo has more bytes or pixels than the limit allows, or needs more memory than there is."""


class NoPhotosFoundError(RecogError):
    """A folder holds no photo, or is not there."""


class QueryError(RecogError):
    """A query of `find` cannot be read.

    query: the whole text, of which the characters from `start` to `end` are the ones that are meant. alike: names that
    may have been meant there, the likeliest first.
    """

    def __init__(self, message: str, query: str, start: int, end: int, *, alike: tuple[str, ...] = ()) -> None:
        place = f" (character {start + 1} of {query!r})" if start else ""
        super().__init__(f"{message}{place}")
        self.sentence = message
        self.query = query
        self.start = start
        self.end = end
        self.alike = alike


class NoFaceFoundError(RecogError):
    """No face was found, and at least one is needed."""


class NoSuchFaceError(NoFaceFoundError):
    """The photo has no face with the requested number."""


class SeveralFacesFoundError(RecogError):
    """Several faces were found, and exactly one is needed: the caller gives its number, counted from 1 at the left.

    second: the photo is the second of two that are compared.
    """

    def __init__(self, path: Path, count: int, *, second: bool = False) -> None:
        super().__init__(f"{path} shows {count} faces, and one is meant")
        self.path, self.count, self.second = path, count, second


class DoubtedFaceError(RecogError):
    """The detector is unsure of a face, so recog does not identify it."""


class LivenessError(RecogError):
    """A clip does not show one face well enough to say whether it lives."""


class WeightsError(RecogError):
    """A network's weights cannot be used."""


class WeightsMissingError(WeightsError):
    """No source has the weights."""


class WeightsMismatchError(WeightsError):
    """A weights file is not the expected one: its digest differs."""


class WeightsDamagedError(WeightsMismatchError):
    """The cached file of weights is not what recog put there; pulling the weights `name` again replaces it."""

    def __init__(self, message: str, *, name: str) -> None:
        super().__init__(message)
        self.name = name


class SearchIndexError(RecogError):
    """The vector index cannot be used."""


class IndexUnreadableError(SearchIndexError):
    """No index can be loaded; `kind` is one of a closed list (see recog.index.files.load)."""

    def __init__(self, message: str, *, kind: str, way_out: WayOut | None = None) -> None:
        super().__init__(message, way_out=way_out)
        self.kind = kind


class CatalogError(RecogError):
    """The catalog refused a request."""


class NoLibraryError(CatalogError):
    """There is no library at the path; `index` and `enrol` create one."""


class UnknownPersonError(CatalogError):
    """The catalog has no person of that name.

    alike: similar names, the likeliest first. known: the number of people with a name; None if the question gave a
    number instead of a name. may_be_new: the same call can create the person if it is told to.
    """

    def __init__(
        self, message: str, *, alike: tuple[str, ...] = (), known: int | None = None, may_be_new: bool = False
    ) -> None:
        super().__init__(message)
        self.alike = alike
        self.known = known
        self.may_be_new = may_be_new


class UnknownNumberError(CatalogError):
    """No face, photo or cluster of the catalog has that number."""


class DuplicatePersonError(CatalogError):
    """The catalog already has a person of that name."""


class NearNameError(CatalogError):
    """The new name is nearly that of an existing person; the caller must say whether it is another person.

    name: the new name. alike: the name of the existing person.
    """

    def __init__(self, name: str, alike: str) -> None:
        super().__init__(f"nobody is called {name!r}; did you mean {alike!r}?")
        self.name, self.alike = name, alike


class ReadOnlyError(CatalogError):
    """The catalog was opened for reading only."""


class SchemaOutdatedError(CatalogError):
    """The database's schema is older than that of this recog (migrate it) or newer (update recog)."""


class LibraryBusyError(CatalogError):
    """Another process is writing to the library."""


class LibraryReplacedError(CatalogError):
    """The library was deleted, moved or replaced while it was open, so nothing more is saved."""


class CatalogUnusableError(CatalogError):
    """The database is damaged, cannot be opened for writing, or cannot be reached."""


class CatalogForbiddenError(CatalogUnusableError):
    """The server lets this user not in, or not do this: only its administrator can change that."""


class LibraryDiskError(CatalogError):
    """The catalog's disk is full or fails; the unfinished change was rolled back."""


class TrainingError(RecogError):
    """Training cannot start, or had to stop."""


class EvaluationError(RecogError):
    """An evaluation cannot start because the pairs, photos or calibration do not meet the protocol."""


class StyleError(RecogError):
    """A picture cannot be styled, or a styled picture cannot be saved."""


class SharingError(RecogError):
    """A picture for others cannot be made, or would show somebody whom it must not show."""


class AlbumError(RecogError):
    """An album, or one of its folders and files, cannot be made or kept up."""


class ConfigError(RecogError):
    """A setting is out of range, or needs something that this machine does not have."""
