"""A whole library of made-up faces that grows: catalog, clusters, remembered numbers, and the report.

Each face has a separate photo. Every face is good enough to found a cluster; every 40th person with three or more
photos has a name.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recog.config import read_settings
from recog.library.photo_library import PhotoLibrary
from recog.store.records import ScannedPhoto
from recog.types import Embeddings, FaceBox, FileStat, NetworkInfo, NewFace

BATCH = 5_000
THUMBNAIL = bytes(2_500)
NAMED = 40
BOX = FaceBox(10, 10, 90, 110, 0.99, ((30.0, 50.0), (70.0, 50.0), (50.0, 70.0), (35.0, 90.0), (65.0, 90.0)))


@dataclass(frozen=True, slots=True)
class Grown:
    """Seconds from an empty library, for new faces, and for the report. joined: new faces in earlier clusters."""

    first: float
    more: float
    joined: int
    report: float
    pairs: int


def grown(embeddings: Embeddings, owners: NDArray[np.int64], known: int) -> Grown:
    """Cluster a library of the first `known` of (n, dim) faces, add the others, cluster again, report duplicates."""
    with tempfile.TemporaryDirectory() as folder, PhotoLibrary(read_settings(library=Path(folder))) as library:
        face_ids = filled(library, embeddings[:known], 0)
        confirm_some(library, face_ids, owners[:known])
        first, _ = _clustered(library)
        filled(library, embeddings[known:], known)
        more, joined = _clustered(library)
        start = time.perf_counter()
        report = library.reports.duplicates()
        return Grown(first, more, joined, time.perf_counter() - start, len(report.pairs) + report.pairs_left_out)


def _undated(_row: int) -> None:
    return None


def filled(
    library: PhotoLibrary, embeddings: Embeddings, first: int, *, taken: Callable[[int], datetime | None] = _undated
) -> NDArray[np.int64]:
    """Add faces to the catalog; return their numbers, (n,). taken(row) is the date of a photo."""
    network: NetworkInfo = library.context.networks.info
    face_ids: list[int] = []
    with library.context.writing(create=True) as catalog:
        for start in range(0, len(embeddings), BATCH):
            photos = [
                ScannedPhoto(
                    FileStat(Path(f"/made-up/{first + row}.jpg"), 1, 1), f"{first + row:064x}",
                    100, 120, taken(first + row),
                    (NewFace(BOX, embeddings[row], 50.0, THUMBNAIL),),
                )
                for row in range(start, min(start + BATCH, len(embeddings)))
            ]  # fmt: skip
            saved = catalog.photos.save(photos, detector="0" * 64, network=network)
            face_ids += [face_id for photo in saved for face_id in photo.face_ids]
    return np.array(face_ids)


def confirm_some(library: PhotoLibrary, face_ids: NDArray[np.int64], owners: NDArray[np.int64]) -> None:
    """Name a third of the faces of every 40th person with three or more faces. owners: (n,), person of each face."""
    people, counts = np.unique(owners, return_counts=True)
    with library.context.writing() as catalog:
        for person in people[counts >= 3][::NAMED].tolist():
            theirs = face_ids[owners == person]
            catalog.acts.confirm(theirs[: max(1, len(theirs) // 3)].tolist(), catalog.people.add(f"P{person}").id)


def _clustered(library: PhotoLibrary) -> tuple[float, int]:
    """Cluster the library; return the seconds, and the number of faces that joined earlier clusters."""
    start = time.perf_counter()
    report = library.groups.cluster()
    return time.perf_counter() - start, report.joined or 0
