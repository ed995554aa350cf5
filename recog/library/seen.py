"""A library as an account is shown it: its catalog is a view, and nothing can be written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from recog.errors import ReadOnlyError
from recog.library.context import LibraryContext
from recog.library.photo_library import PhotoLibrary
from recog.store.engine import open_shown

if TYPE_CHECKING:
    from recog.index.structures import Recall
    from recog.library.recognition.vector_index import VectorIndex
    from recog.store.catalog import Catalog
    from recog.store.records import Among
    from recog.types import Embeddings, Neighbour

WIDER = 4
"""If too few neighbours may be shown, widen the search by this factor."""


class SeenContext(LibraryContext):
    """The state of a library, of which the catalog shows an account's part; threads may share it."""

    def __init__(self, whole: LibraryContext, account_id: int) -> None:
        """whole: the state of the whole library, which stays open as long as this one."""
        settings = whole.settings
        shown = open_shown(settings.catalog_at, account_id, host=settings.host)
        super().__init__(settings, whole.networks, catalog=shown)
        self._whole = whole
        self._shown = shown

    @property
    def catalog(self) -> Catalog:
        """The account's part of the catalog; a CatalogError once it is closed, and never the whole."""
        return self._shown

    @property
    def vector_index(self) -> VectorIndex:
        """The index of the whole library, without the faces that the account is not shown."""
        return SeenIndex(self._whole.vector_index, self._shown)

    def _refuse_unwritable(self, *, create: bool) -> None:  # noqa: ARG002 - nothing is written in any case
        raise _refusal()


class SeenIndex:
    """A vector index whose searches find the faces alone that a catalog shows."""

    def __init__(self, whole: VectorIndex, shown: Catalog) -> None:
        self._whole = whole
        self._shown = shown

    @property
    def kind(self) -> str:
        """That of the whole index."""
        return self._whole.kind

    @property
    def count(self) -> int:
        """Faces of the whole index."""
        return self._whole.count

    def search(self, probes: Embeddings, k: int, *, among: Among | None = None) -> list[Sequence[Neighbour]]:
        """Find the k nearest faces that are shown; see VectorIndex."""
        reach = k
        while True:
            found = self._whole.search(probes, reach, among=among)
            shown = self._shown.faces.by_ids({near.face_id for row in found for near in row})
            kept: list[Sequence[Neighbour]] = [[near for near in row if near.face_id in shown][:k] for row in found]
            if all(len(mine) == k or len(row) < reach for mine, row in zip(kept, found, strict=True)):
                return kept
            reach *= WIDER

    @property
    def device(self) -> str:
        """Where it searches."""
        return self._whole.device

    @property
    def recall(self) -> Recall:
        """That of the whole index."""
        return self._whole.recall

    def status(self) -> NoReturn:
        """Refuse: the index of the whole library is not the account's to see."""
        raise _refusal()

    def disagreement(self) -> NoReturn:
        """Refuse, as status does."""
        raise _refusal()

    def publish(self) -> NoReturn:
        """Refuse, as status does."""
        raise _refusal()

    def rebuild(self) -> NoReturn:
        """Refuse, as status does."""
        raise _refusal()

    def tuning(self) -> NoReturn:
        """Refuse, as status does."""
        raise _refusal()


def seen_library(whole: PhotoLibrary, account_id: int) -> PhotoLibrary:
    """Open what an account is shown of a library that is open, and stays so."""
    return PhotoLibrary(whole.context.settings, context=SeenContext(whole.context, account_id))


def _refusal() -> ReadOnlyError:
    return ReadOnlyError("this account may only look: ask an owner of the library to make it an editor")
