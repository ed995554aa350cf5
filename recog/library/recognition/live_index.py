"""Keep the FAISS index in sync with the catalog: apply new rows, rebuild when it cannot be trusted, write the file."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import RLock

import numpy as np

from recog.errors import SearchIndexError
from recog.index.faiss_index import FaceIndex
from recog.index.files import IndexMark, load, network_directory, publish, published, sweep
from recog.index.structures import Recall
from recog.library.recognition.index_tuning import IndexTuning, tune
from recog.library.recognition.results import IndexPlace, IndexStatus
from recog.store.catalog import Catalog
from recog.store.records import Among
from recog.types import Embeddings, Neighbour, NetworkInfo


@dataclass(frozen=True, slots=True)
class _File:
    """The published file: up to where it holds the catalog, and its directory, None if there is none yet."""

    mark: IndexMark
    home: Path | None


class LiveIndex:
    """The index of one network, equal to the catalog whenever it is handed out. Threads may share it.

    The file under `directory` is a cache: if it is absent, damaged, of another library or network, or disagrees with
    the catalog after catching up, the index is rebuilt from the catalog. `problem` says why. Without a directory the
    index is in memory alone, and each process builds its own.
    """

    def __init__(self, catalog: Catalog, directory: Path | None, network: NetworkInfo, *, device: str) -> None:
        self._catalog = catalog
        self._directory = directory
        self._network = network
        self._device = device
        self._lock = RLock()  # guards all that follows; held while the index catches up, is built or written
        self._current: tuple[Hashable, FaceIndex] | None = None
        self._index: FaceIndex | None = None
        self._mark = IndexMark(0, 0)
        self._file = _File(IndexMark(0, 0), None)
        self._from_file = False
        self.problem = ""

    @property
    def kind(self) -> str:
        """'flat' or 'ivf'; see FaceIndex."""
        return self.current().kind

    @property
    def count(self) -> int:
        """Faces held."""
        return self.current().count

    @property
    def device(self) -> str:
        """Where FAISS searches."""
        return self.current().device

    @property
    def recall(self) -> Recall:
        """What was measured when the index was built."""
        return self.current().recall

    def search(self, probes: Embeddings, k: int, *, among: Among | None = None) -> list[Sequence[Neighbour]]:
        """Find the nearest faces of each probe; see VectorIndex. `among` is resolved by the catalog."""
        only = None if among is None else self._catalog.faces.ids_among(among, self._network.sha256)
        return self.current().search(probes, k, only=only)

    def tuning(self) -> IndexTuning:
        """Measure recall against time on the library's own faces."""
        return tune(self.current())

    def status(self) -> IndexStatus:
        """Return what the index is and how many changes of the catalog its file has not seen."""
        index, file = self.current(), self._file
        if self._directory is None:
            return IndexStatus(index.kind, index.device, index.count, None, 0, IndexPlace.MEMORY)
        mark = self._catalog.embeddings.mark(self._network.sha256)
        behind = (mark.last_embedding_id - file.mark.last_embedding_id) + (
            mark.last_removal_id - file.mark.last_removal_id
        )
        return IndexStatus(index.kind, index.device, index.count, file.home, max(0, behind))

    def disagreement(self) -> SearchIndexError | None:
        """Compare the published file, if any, with the catalog and return what is wrong; None if nothing is."""
        if self._directory is None:
            return None
        try:
            index, mark = self._load(self._directory)
        except SearchIndexError as error:
            return error
        self._caught_up(index, mark)
        held = index.ids()
        rows = [one.face_ids for one in self._catalog.embeddings.batches(self._network.sha256)]
        expected = np.sort(np.concatenate(rows)) if rows else np.empty(0, np.int64)
        if np.array_equal(held, expected):
            return None
        extra, absent = np.setdiff1d(held, expected).size, np.setdiff1d(expected, held).size
        return SearchIndexError(
            f"the index holds {extra} faces that the catalog does not, and lacks {absent} that it does"
        )

    def current(self) -> FaceIndex:
        """Return the index, holding exactly the catalog's faces of this network.

        If nothing was written to the catalog, this waits for nobody and asks one question whose cost does not grow
        with the catalog.
        """
        if (index := self._as_of(self._catalog.version())) is not None:
            return index
        with self._lock:
            version = self._catalog.version()  # before all that is read: what is written meanwhile is seen next time
            if (index := self._as_of(version)) is None:
                index = self._caught_up_or_rebuilt()
                self._current = version, index
            return index

    def publish(self) -> None:
        """Write the index file for the next process if it is outdated; the caller holds the writer's lock."""
        if self._directory is None:
            return
        with self._lock:
            index, library_id, network = self.current(), self._catalog.library_id, self._network.sha256
            path = published(self._directory, library_id=library_id, network_sha256=network, mark=self._mark)
            if path is not None and self._from_file and self._file.mark == self._mark:
                sweep(self._directory, network_sha256=network)
                return
            path = publish(index, self._directory, library_id=library_id, mark=self._mark)
            self._file = _File(self._mark, path.parent)
            self._from_file = True

    def rebuild(self) -> None:
        """Build the index from the catalog whatever the file says, and publish it."""
        with self._lock:
            self._index = self._rebuilt()
            self._current = None
            self.publish()

    def _as_of(self, version: Hashable) -> FaceIndex | None:
        current = self._current
        return current[1] if current is not None and current[0] == version else None

    def _caught_up_or_rebuilt(self) -> FaceIndex:
        index = self._index if self._index is not None else self._read()
        self._index = index
        self._mark = self._caught_up(index, self._mark)
        expected = self._catalog.embeddings.mark(self._network.sha256).count
        if index.count != expected or index.outgrown:
            if index.count != expected:
                self.problem = f"the index held {index.count} faces and the catalog {expected}"
            self._index = index = self._rebuilt()
        return index

    def _load(self, directory: Path) -> tuple[FaceIndex, IndexMark]:
        return load(
            directory,
            library_id=self._catalog.library_id,
            network_sha256=self._network.sha256,
            dim=self._network.dim,
            device=self._device,
        )

    def _read(self) -> FaceIndex:
        if self._directory is None:
            return self._rebuilt()
        try:
            index, self._mark = self._load(self._directory)
        except SearchIndexError as error:
            self.problem = str(error)
            return self._rebuilt()
        self._file = _File(self._mark, network_directory(self._directory, self._network.sha256))
        self._from_file = True
        return index

    def _caught_up(self, index: FaceIndex, mark: IndexMark) -> IndexMark:
        """Apply to an index what changed in the catalog since a mark, and return the new mark.

        Of every face that changed, the index gets what the catalog holds now, so a concurrent writer cannot confuse it.
        """
        removal_id, removed = self._catalog.embeddings.removals(mark.last_removal_id, self._network.sha256)
        if index.remove(removed):
            index.add(*self._catalog.embeddings.of_faces(removed, self._network.sha256))
        last_id = mark.last_embedding_id
        for rows in self._catalog.embeddings.batches(self._network.sha256, after=last_id):
            index.remove(rows.face_ids)
            index.add(rows.face_ids, rows.embeddings)
            last_id = rows.last_id
        return IndexMark(last_id, removal_id)

    def _rebuilt(self) -> FaceIndex:
        """Build a new index, then apply the rows that were written meanwhile, which may replace what was read."""
        now = self._catalog.embeddings.mark(self._network.sha256)
        mark = IndexMark(now.last_embedding_id, now.last_removal_id)
        index = FaceIndex.build(
            (
                (rows.face_ids, rows.embeddings)
                for rows in self._catalog.embeddings.batches(self._network.sha256, until=mark.last_embedding_id)
            ),
            network_sha256=self._network.sha256,
            dim=self._network.dim,
            device=self._device,
        )
        self._mark = self._caught_up(index, mark)
        self._from_file = False
        return index
