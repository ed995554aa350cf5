"""Prove that a person was erased: look for what was known of them in every file of the library."""

import mmap
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from recog.library.people.results import Forgotten
from recog.store.catalog import Catalog

MOST = 100
"""Faces whose embeddings and thumbnails are looked for."""
_LEAST_NAME = 6
"""Bytes of a name from which on it is looked for: shorter ones stand in many files by chance."""
_KEY = 64
"""Bytes of an embedding or a thumbnail that are looked for."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What is looked for: kind is name, embedding or thumbnail; data are bytes that no file may hold."""

    kind: str
    data: bytes


@dataclass(frozen=True, slots=True)
class FoundTrace:
    """A file that still holds a trace."""

    file: Path
    kind: str


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """What was erased, and the result of looking for it in the library's files.

    looked_for counts traces by kind; files and size, in bytes, tell how much was read. found is empty if the erasure is
    proven.
    on_server: the catalog is on a server, whose files recog cannot read, so only the library's folder was searched.
    """

    erased: Forgotten
    looked_for: dict[str, int]
    files: int
    size: int
    found: tuple[FoundTrace, ...]
    on_server: bool


def traces_of(catalog: Catalog, name: str) -> list[Trace]:
    """Return what a person's erasure is proven by, asked before it; UnknownPersonError if nobody has the name."""
    person = catalog.people.by_name(name)
    ids = [face.id for face in catalog.faces.of_person(person.id)][:MOST]
    written = person.name.encode()
    found = [Trace("name", written)] if len(written) >= _LEAST_NAME else []
    for sha256 in catalog.embeddings.networks():
        _, rows = catalog.embeddings.of_faces(ids, sha256)
        found += [Trace("embedding", row.astype("<f4").tobytes()[:_KEY]) for row in rows]
    # The beginning of a JPEG is alike in all of them.
    found += [Trace("thumbnail", jpeg[-_KEY:]) for jpeg in catalog.faces.thumbnails(ids).values()]
    return found


def report(folder: Path, erased: Forgotten, traces: Sequence[Trace], *, on_server: bool) -> ErasureReport:
    """Look for traces in every file below the library's folder, whose catalog must be closed."""
    found: list[FoundTrace] = []
    files = size = 0
    for file, content in _contents(folder):
        files, size = files + 1, size + len(content)
        kinds = {trace.kind for trace in traces if content.find(trace.data) >= 0}
        found += [FoundTrace(file, kind) for kind in sorted(kinds)]
    looked_for = dict(sorted(Counter(trace.kind for trace in traces).items()))
    return ErasureReport(erased, looked_for, files, size, tuple(found), on_server)


def _contents(folder: Path) -> Iterator[tuple[Path, mmap.mmap]]:
    for directory, _, names in os.walk(folder):
        for path in sorted(Path(directory) / name for name in names):
            with suppress(FileNotFoundError), path.open("rb") as file:
                if os.fstat(file.fileno()).st_size:
                    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                        yield path, content
