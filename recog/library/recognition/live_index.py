"""Keep the vector index in step with the catalog: catch up, rebuild, publish."""

from collections.abc import Hashable
from pathlib import Path

import numpy as np

from recog.errors import SearchIndexError
from recog.index.faiss_index import FaceIndex
from recog.index.files import IndexMark, load, network_directory, publish, published, sweep
from recog.library.maintenance.results import IndexStatus
from recog.store.catalog import Catalog
from recog.types import NetworkInfo


class LiveIndex:
    """The index of one network, always equal to the catalog when handed out.

    The file under `directory` is a cache: where it is absent, damaged, of another library or network, or does not
    agree with the catalog after catching up, the index is rebuilt from the catalog. `problem` says why.
    """

    def __init__(self, catalog: Catalog, directory: Path, network: NetworkInfo, *, device: str) -> None:
        self._catalog = catalog
        self._directory = directory
        self._network = network
        self._device = device
        self._index: FaceIndex | None = None
        self._mark = IndexMark(0, 0)
        self._published = IndexMark(0, 0)
        self._home: Path | None = None
        self._from_file = False
        self._version: Hashable = None
        self.problem = ""

    def status(self) -> IndexStatus:
        """What the index is and how many changes of the catalog its file has not seen."""
        index = self.current()
        mark = self._catalog.embeddings.mark(self._network.sha256)
        behind = (mark.last_embedding_id - self._published.last_embedding_id) + (
            mark.last_removal_id - self._published.last_removal_id
        )
        return IndexStatus(index.kind, index.device, index.count, self._home, max(0, behind))

    def file_problem(self) -> str:
        """What is wrong with the published file, held against the catalog; empty where nothing is."""
        try:
            index, mark = self._load()
        except SearchIndexError as error:
            return str(error)
        self._caught_up(index, mark)
        held = index.ids()
        rows = [one.face_ids for one in self._catalog.embeddings.batches(self._network.sha256)]
        expected = np.sort(np.concatenate(rows)) if rows else np.empty(0, np.int64)
        if np.array_equal(held, expected):
            return ""
        extra, absent = np.setdiff1d(held, expected).size, np.setdiff1d(expected, held).size
        return f"the index holds {extra} faces that the catalog does not, and lacks {absent} that it does"

    def current(self) -> FaceIndex:
        """The index, holding exactly the catalog's faces of this network.

        While nothing is written to the catalog, this asks one question whose cost does not grow with it.
        """
        version = self._catalog.version()  # before all that is read: what is written meanwhile is seen next time
        if self._index is not None and version == self._version:
            return self._index
        if self._index is None:
            self._index = self._read()
        self._mark = self._caught_up(self._index, self._mark)
        expected = self._catalog.embeddings.mark(self._network.sha256).count
        if self._index.count != expected or self._index.outgrown:
            if self._index.count != expected:
                self.problem = f"the index held {self._index.count} faces and the catalog {expected}"
            self._index = self._rebuilt()
        self._version = version
        return self._index

    def publish(self) -> Path:
        """Write the index file for the next process, where it is not as it should be; the caller holds the lock."""
        index, library_id, network = self.current(), self._catalog.library_id, self._network.sha256
        path = published(self._directory, library_id=library_id, network_sha256=network, mark=self._mark)
        if path is not None and self._from_file and self._published == self._mark:
            sweep(self._directory, network_sha256=network)
            return path
        path = publish(index, self._directory, library_id=library_id, mark=self._mark)
        self._published = self._mark
        self._from_file = True
        self._home = path.parent
        return path

    def rebuild(self) -> Path:
        """Build from the catalog whatever the file says, and publish."""
        self._index = self._rebuilt()
        return self.publish()

    def _load(self) -> tuple[FaceIndex, IndexMark]:
        return load(
            self._directory,
            library_id=self._catalog.library_id,
            network_sha256=self._network.sha256,
            dim=self._network.dim,
            device=self._device,
        )

    def _read(self) -> FaceIndex:
        try:
            index, self._mark = self._load()
        except SearchIndexError as error:
            self.problem = str(error)
            return self._rebuilt()
        self._published = self._mark
        self._from_file = True
        self._home = network_directory(self._directory, self._network.sha256)
        return index

    def _caught_up(self, index: FaceIndex, mark: IndexMark) -> IndexMark:
        """Bring an index from one mark to the next, which is told.

        Takes what the catalog holds now of every face that changed, so that a writer beside us cannot confuse it.
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
        """A new index. Rows that come meanwhile may replace what was read: they are caught up with, not read twice."""
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
