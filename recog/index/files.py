"""Index files: publish an index, and load it only if it is exactly what was published."""

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from recog.durable import TEMPORARY_SUFFIX
from recog.errors import IndexUnreadableError, WayOut
from recog.index.durable import make_directory, put, sync_directory, unwritable
from recog.index.manifest import FORMAT, MANIFEST, METRIC, Manifest, damaged, encode_manifest, read_manifest
from recog.index.structures import Recall

if TYPE_CHECKING:  # whoever asks only whether a file is current waits for neither NumPy nor FAISS
    from recog.index.encoding import Memory
    from recog.index.faiss_index import FaceIndex
    from recog.types import FaceIds

RACES = 5
"""A load gives up after this number of publications have overtaken it."""
_GENERATION = re.compile(r"(\d{8,})\.faiss")


@dataclass(frozen=True, slots=True)
class IndexMark:
    """The last change of the catalog that an index has seen: the ids of its last embedding row and last removal row."""

    last_embedding_id: int
    last_removal_id: int


def network_directory(directory: Path, network_sha256: str) -> Path:
    """Return the directory of one network's index files; each network has its own."""
    return directory / network_sha256[:12]


def publish(index: "FaceIndex", directory: Path, *, library_id: str, mark: IndexMark) -> Path:
    """Make `index` the current generation under `directory`; returns the path of its file.

    The index file comes first, then the manifest that names it: after a crash in between the old generation is still
    current. At the end every other generation is deleted, so that no removed face stays on the disk. Only the library's
    writer may call this.

    Raises:
        SearchIndexError: no space, or not writable; the old generation is still current.
    """
    home = network_directory(directory, index.network_sha256)
    make_directory(home)
    with index.unchanged():
        parts = index.to_parts()
        manifest = Manifest(
            format=FORMAT,
            generation=_last_generation(home) + 1,
            library_id=library_id,
            network_sha256=index.network_sha256,
            dim=index.dim,
            metric=METRIC,
            kind=index.kind,
            nprobe=index.nprobe,
            recall_at_1=index.recall.at_1,
            recall_at_10=index.recall.at_10,
            count=index.count,
            last_embedding_id=mark.last_embedding_id,
            last_removal_id=mark.last_removal_id,
            sha256=_digest(parts),
            ids_sha256=_ids_digest(index.ids()),
        )
        put(home / manifest.file_name, parts)
    put(home / MANIFEST, [encode_manifest(manifest)])
    sweep(directory, network_sha256=index.network_sha256)
    return home / manifest.file_name


def published(directory: Path, *, library_id: str, network_sha256: str, mark: IndexMark) -> Path | None:
    """Return the file of the current generation, if it is this library's and has seen exactly the changes up to `mark`.

    Only the manifest is read: this is for a process that loaded or wrote that file, and so holds what it held.
    """
    home = network_directory(directory, network_sha256)
    try:
        manifest = read_manifest(home)
    except IndexUnreadableError:
        return None
    seen = IndexMark(manifest.last_embedding_id, manifest.last_removal_id)
    whose = (manifest.library_id, manifest.network_sha256)
    path = home / manifest.file_name
    return path if (seen, whose) == (mark, (library_id, network_sha256)) and path.exists() else None


def load(
    directory: Path, *, library_id: str, network_sha256: str, dim: int, device: str = "auto"
) -> "tuple[FaceIndex, IndexMark]":
    """Load the current generation, verified: the file's digest before FAISS sees a byte, ids and count afterwards.

    Raises:
        IndexUnreadableError: its `kind` is 'absent', 'damaged', 'unreadable', 'other library', 'other network',
            'older format' or 'newer format'; the way out is always to build the index anew from the catalog.
    """
    home = network_directory(directory, network_sha256)
    manifest = read_manifest(home)
    for _ in range(RACES):
        _refuse_foreign(manifest, home, library_id=library_id, network_sha256=network_sha256, dim=dim)
        try:
            memory, length = _read(home / manifest.file_name)
        except FileNotFoundError:
            earlier, manifest = manifest, read_manifest(home)
            if manifest.generation != earlier.generation:
                continue  # published anew between the two reads: the manifest names a newer file now
            raise damaged(home / manifest.file_name, "it is gone") from None
        except OSError as error:
            raise IndexUnreadableError(
                f"{home / manifest.file_name} cannot be read: {error.strerror or error}", kind="unreadable"
            ) from error
        return _verified(memory, length, manifest, home, device), IndexMark(
            last_embedding_id=manifest.last_embedding_id, last_removal_id=manifest.last_removal_id
        )
    raise IndexUnreadableError(f"{home} changed {RACES} times while it was read: try again", kind="unreadable")


def sweep(directory: Path, *, network_sha256: str | None = None) -> list[Path]:
    """Delete what no manifest names: temporary files, and generations that a killed publication left.

    Returns what was deleted, of one network or of all. If the manifest is absent or damaged, no generation can be
    loaded, so all go. Only the library's writer may call this.
    """
    homes = _homes(directory) if network_sha256 is None else [network_directory(directory, network_sha256)]
    return [stray for home in homes for stray in _sweep_home(home)]


def discard(directory: Path) -> list[Path]:
    """Delete the published indexes of every network, manifest first: no vector is left. Returns what was deleted.

    Used to forget a person, before the index is published anew. Only the library's writer may call this.
    """
    gone = []
    for home in _homes(directory):
        if (home / MANIFEST).exists():
            _delete(home / MANIFEST)
            gone.append(home / MANIFEST)
        gone.extend(_sweep_home(home))
        sync_directory(home)
    return gone


def outdated(directory: Path, *, library_id: str, erased_since: Callable[[int, str | None], bool]) -> list[Path]:
    """Return the folders of published indexes that may hold vectors of somebody who was forgotten since.

    erased_since(removal id, network's digest) says whether somebody was forgotten; the digest is None for any network.
    Only the manifests are read. An index whose manifest is absent or cannot be understood may be of any age.
    """
    return [home for home in _homes(directory) if _is_outdated(home, library_id, erased_since)]


def discard_in(home: Path) -> None:
    """Delete the published index in one of the folders, manifest first; only the library's writer may call this."""
    _delete(home / MANIFEST)
    _sweep_home(home)
    sync_directory(home)


def _is_outdated(home: Path, library_id: str, erased_since: Callable[[int, str | None], bool]) -> bool:
    try:
        manifest = read_manifest(home)
    except IndexUnreadableError as error:
        if error.kind in ("unreadable", "newer format"):
            return False  # loading the index says why
        return bool(_strays_in(home)) and erased_since(0, None)
    return manifest.library_id == library_id and erased_since(manifest.last_removal_id, manifest.network_sha256)


def _homes(directory: Path) -> list[Path]:
    return sorted(path for path in directory.glob("*") if path.is_dir())


def strays(directory: Path) -> list[Path]:
    """Return what `sweep` would delete; the unfinished files of a writer at work are among it."""
    return [stray for home in _homes(directory) for stray in _strays_in(home)]


def _sweep_home(home: Path) -> list[Path]:
    gone = _strays_in(home)
    for stray in gone:
        _delete(stray)
    return gone


def _strays_in(home: Path) -> list[Path]:
    try:
        current = read_manifest(home).file_name
    except IndexUnreadableError as error:
        if error.kind in ("unreadable", "newer format"):
            raise  # it may well name one of the files
        current = None
    return [
        path
        for path in sorted(home.glob("*"))
        if path.name.endswith(TEMPORARY_SUFFIX) or (_GENERATION.fullmatch(path.name) and path.name != current)
    ]


def _delete(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(path, error) from error


def _last_generation(home: Path) -> int:
    """Return the highest generation of the manifest and all files, because no name is used twice, even after damage."""
    numbers = [int(found[1]) for path in home.glob("*") if (found := _GENERATION.fullmatch(path.name))]
    with suppress(IndexUnreadableError):  # it is about to be replaced
        numbers.append(read_manifest(home).generation)
    return max(numbers, default=0)


def _refuse_foreign(manifest: Manifest, home: Path, *, library_id: str, network_sha256: str, dim: int) -> None:
    if manifest.library_id != library_id:
        raise IndexUnreadableError(
            f"the search index in {home} belongs to library {manifest.library_id}, not to {library_id}",
            kind="other library",
            way_out=WayOut.REBUILD_INDEX,
        )
    if manifest.network_sha256 != network_sha256 or manifest.dim != dim or manifest.metric != METRIC:
        raise IndexUnreadableError(
            f"the search index in {home} holds {manifest.dim}-d embeddings of network {manifest.network_sha256[:12]}, "
            f"wanted are {dim}-d ones of {network_sha256[:12]}",
            kind="other network",
            way_out=WayOut.REBUILD_INDEX,
        )


def _read(path: Path) -> "tuple[Memory, int]":
    """Read the file into memory that the index will write to, so that rows are not copied; with the file's length."""
    import numpy as np

    from recog.index.rows import roomy

    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        memory = np.empty(roomy(size), np.uint8)
        return memory, file.readinto(memory[:size].data)


def _digest(parts: Sequence[bytes | memoryview]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def _verified(memory: "Memory", length: int, manifest: Manifest, home: Path, device: str) -> "FaceIndex":
    from recog.index.faiss_index import FaceIndex

    path = home / manifest.file_name
    if _digest([memory[:length].data]) != manifest.sha256:
        raise damaged(path, f"its {length} bytes do not have the checksum that the manifest names")
    recall = Recall(at_1=manifest.recall_at_1, at_10=manifest.recall_at_10)
    try:
        index = FaceIndex.from_bytes(
            memory,
            length,
            network_sha256=manifest.network_sha256,
            dim=manifest.dim,
            recall=recall,
            device=device,
        )
    except ValueError as error:
        raise damaged(path, str(error)) from error
    said = (manifest.kind, manifest.nprobe, manifest.count, manifest.ids_sha256)
    if (index.kind, index.nprobe, index.count, _ids_digest(index.ids())) != said:
        raise damaged(path, "it holds other faces than the manifest says")
    return index


def _ids_digest(ascending: "FaceIds") -> str:
    return hashlib.sha256(ascending.astype("<i8").tobytes()).hexdigest()
