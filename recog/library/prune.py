"""Drop photos whose files are gone: what is known of them, and their end."""

from abc import abstractmethod
from collections import Counter
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from recog.library.freshness import FreshIndex
from recog.library.survey import is_gone
from recog.store.catalog import Catalog
from recog.types import Origin


@dataclass(frozen=True, slots=True)
class MissingPhotos:
    """`prune`: files that are gone, by path, and what no other file shows: photos, their faces, confirmed names.

    confirmed: how many faces of each person go, most first. dropped says whether all of it has gone from the library.
    """

    files: tuple[Path, ...]
    photos: int
    faces: int
    confirmed: tuple[tuple[str, int], ...]
    dropped: bool


class PruneVerbs:
    """What PhotoLibrary can do about files that are gone."""

    @property
    @abstractmethod
    def fresh_index(self) -> FreshIndex:
        """The vector index, kept in step with the catalog."""

    @property
    @abstractmethod
    def catalog(self) -> Catalog:
        """The catalog, which must exist."""

    @abstractmethod
    def _writing(self, *, create: bool = False) -> AbstractContextManager[Catalog]:
        """Hold the writer's lock."""

    def missing(self) -> MissingPhotos:
        """The files that the latest runs of `index` did not find, and what `prune` would drop; nothing is written."""
        return _missing(self.catalog, dropped=False)

    def prune(self) -> MissingPhotos:
        """Drop the files that are gone, and the photos, faces and embeddings that no other file shows.

        There is no way back but indexing the photos again, and naming who was confirmed in them.
        """
        with self._writing() as catalog:
            found = _missing(catalog, dropped=True)
            catalog.drop_missing(found.files)
            self.fresh_index.publish()
            return found


def _missing(catalog: Catalog, *, dropped: bool) -> MissingPhotos:
    """A file that came back since it was marked, on a disk that is mounted again, is not among them."""
    marked = [(path, photo_id) for path, photo_id in catalog.missing_files() if is_gone(path)]
    gone = {path for path, _ in marked}
    shown = catalog.paths({photo_id for _, photo_id in marked})
    photo_ids = [photo_id for photo_id, paths in shown.items() if gone.issuperset(paths)]
    faces = [face for photo_id in photo_ids for face in catalog.faces_of_photo(photo_id)]
    owners = Counter(face.person_id for face in faces if face.origin is Origin.CONFIRMED and face.person_id is not None)
    people = catalog.people_by_id(owners)
    confirmed = sorted(
        ((people[one].name, number) for one, number in owners.items()), key=lambda row: (-row[1], row[0])
    )
    return MissingPhotos(tuple(path for path, _ in marked), len(photo_ids), len(faces), tuple(confirmed), dropped)
