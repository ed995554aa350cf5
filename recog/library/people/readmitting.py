"""Let faces that were forgotten be found again."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recog.library.context import LibraryState
from recog.library.inputs import AnyPath, paths_of
from recog.photos import photo_digest


@dataclass(frozen=True, slots=True)
class Readmitted:
    """`people reset`: the photos that were named, and how many of their faces may be found again."""

    photos: tuple[Path, ...]
    faces: int


class ReadmittingVerbs(LibraryState):
    """What PhotoLibrary can take back of having forgotten: the exclusion, for all else is gone."""

    def reset(self, photos: AnyPath | Sequence[AnyPath]) -> Readmitted:
        """Let the faces of these photos that were forgotten be found again, by the next run of `index`.

        What of a photo is excluded goes by its content, so that any copy of it serves. Names do not come back.
        """
        paths = tuple(paths_of(photos))
        digests = [photo_digest(path) for path in paths]
        with self._writing() as catalog:
            return Readmitted(paths, catalog.readmit(digests))
