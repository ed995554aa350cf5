"""Every error that recog raises on purpose.

::

    RecogError
    ├── PhotoError
    │   ├── UnreadablePhotoError
    │   └── PhotoTooLargeError
    ├── NoPhotosFoundError
    ├── NoFaceFoundError
    │   └── NoSuchFaceError
    ├── SeveralFacesFoundError
    ├── DoubtedFaceError
    ├── WeightsError
    │   ├── WeightsMissingError
    │   └── WeightsMismatchError
    ├── SearchIndexError
    │   └── IndexUnreadableError
    ├── CatalogError
    │   ├── NoLibraryError
    │   ├── UnknownPersonError
    │   ├── UnknownNumberError
    │   ├── DuplicatePersonError
    │   ├── ReadOnlyError
    │   ├── SchemaOutdatedError
    │   ├── LibraryBusyError
    │   ├── LibraryReplacedError
    │   ├── CatalogUnusableError
    │   └── LibraryDiskError
    ├── TrainingError
    ├── StyleError
    ├── EvaluationError
    └── ConfigError

Each message names the thing, the numbers and the way out, in one sentence. A programmer's wrong shape or dtype is
a ValueError instead. The command line prints a RecogError in one line and exits with 1.
"""


class RecogError(Exception):
    """Root of all errors that a user can meet."""


class PhotoError(RecogError):
    """A photo file cannot be used; `reason` is one word of a closed list (see recog.photos)."""

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class UnreadablePhotoError(PhotoError):
    """The file is missing, forbidden, damaged, or no photo at all."""


class PhotoTooLargeError(PhotoError):
    """The photo has more pixels than the limit allows."""


class NoPhotosFoundError(RecogError):
    """A folder holds no photo, or is not there."""


class NoFaceFoundError(RecogError):
    """No face was found where at least one is needed."""


class NoSuchFaceError(NoFaceFoundError):
    """The photo shows fewer faces than the number that was asked for."""


class SeveralFacesFoundError(RecogError):
    """Several faces were found where exactly one is meant."""


class DoubtedFaceError(RecogError):
    """The detector is unsure of a face, so it cannot be said whose it is."""


class WeightsError(RecogError):
    """A network's weights cannot be used."""


class WeightsMissingError(WeightsError):
    """No source could bring the weights."""


class WeightsMismatchError(WeightsError):
    """A weights file is not the one that was asked for: its digest differs."""


class SearchIndexError(RecogError):
    """The vector index cannot be used."""


class IndexUnreadableError(SearchIndexError):
    """No index can be loaded; `kind` is one of a closed list (see recog.index.files.load)."""

    def __init__(self, message: str, *, kind: str) -> None:
        super().__init__(message)
        self.kind = kind


class CatalogError(RecogError):
    """The catalog refused."""


class NoLibraryError(CatalogError):
    """There is no library where one is asked about: `index` and `enrol` make one."""


class UnknownPersonError(CatalogError):
    """Nobody of that name is in the catalog."""


class UnknownNumberError(CatalogError):
    """No face, photo or cluster of the catalog has the number."""


class DuplicatePersonError(CatalogError):
    """Somebody of that name is in the catalog already."""


class NearNameError(CatalogError):
    """Somebody has nearly the name that is to be given: the caller says whether it is another person."""


class ReadOnlyError(CatalogError):
    """The catalog may only be read here."""


class SchemaOutdatedError(CatalogError):
    """The database has another schema than this recog: older (migrate it) or newer (update recog)."""


class LibraryBusyError(CatalogError):
    """Another process is writing to the library."""


class LibraryReplacedError(CatalogError):
    """The library was deleted, moved or replaced while it was open: nothing more is saved."""


class CatalogUnusableError(CatalogError):
    """The database is damaged, cannot be opened for writing, or cannot be reached."""


class LibraryDiskError(CatalogError):
    """The disk that the catalog is on is full, or fails: what was begun was undone."""


class TrainingError(RecogError):
    """Training cannot start or had to stop."""


class EvaluationError(RecogError):
    """Measuring cannot start: the pairs, photos or calibration are not what the protocol needs."""


class StyleError(RecogError):
    """A picture cannot be styled, or a styled picture cannot be saved."""


class ConfigError(RecogError):
    """A setting is out of its range, or asks for what this machine does not have."""
