"""The errors that recog raises on purpose.

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
    │   ├── NearNameError
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
    """The photo has more bytes or pixels than the limit allows, or needs more memory than there is."""


class NoPhotosFoundError(RecogError):
    """A folder holds no photo, or is not there."""


class NoFaceFoundError(RecogError):
    """No face was found, and at least one is needed."""


class NoSuchFaceError(NoFaceFoundError):
    """The photo has no face with the requested number."""


class SeveralFacesFoundError(RecogError):
    """Several faces were found, and exactly one is needed."""


class DoubtedFaceError(RecogError):
    """The detector is unsure of a face, so recog does not identify it."""


class WeightsError(RecogError):
    """A network's weights cannot be used."""


class WeightsMissingError(WeightsError):
    """No source has the weights."""


class WeightsMismatchError(WeightsError):
    """A weights file is not the expected one: its digest differs."""


class SearchIndexError(RecogError):
    """The vector index cannot be used."""


class IndexUnreadableError(SearchIndexError):
    """No index can be loaded; `kind` is one of a closed list (see recog.index.files.load)."""

    def __init__(self, message: str, *, kind: str) -> None:
        super().__init__(message)
        self.kind = kind


class CatalogError(RecogError):
    """The catalog refused a request."""


class NoLibraryError(CatalogError):
    """There is no library at the path; `index` and `enrol` create one."""


class UnknownPersonError(CatalogError):
    """The catalog has no person of that name."""


class UnknownNumberError(CatalogError):
    """No face, photo or cluster of the catalog has that number."""


class DuplicatePersonError(CatalogError):
    """The catalog already has a person of that name."""


class NearNameError(CatalogError):
    """The new name is nearly that of an existing person; the caller must say whether it is another person."""


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


class LibraryDiskError(CatalogError):
    """The catalog's disk is full or fails; the unfinished change was rolled back."""


class TrainingError(RecogError):
    """Training cannot start, or had to stop."""


class EvaluationError(RecogError):
    """An evaluation cannot start because the pairs, photos or calibration do not meet the protocol."""


class StyleError(RecogError):
    """A picture cannot be styled, or a styled picture cannot be saved."""


class ConfigError(RecogError):
    """A setting is out of range, or needs something that this machine does not have."""
