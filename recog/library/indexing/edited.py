"""Find which photo an edited and moved photo was before.

Neither digest nor path tells, so the faces that humans spoke of are compared with the new ones.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from recog.distance import squared_distances
from recog.errors import PhotoError
from recog.library.indexing.survey import is_gone
from recog.photos import stat_photo
from recog.store.catalog import Catalog
from recog.store.embedding_records import ToldFaces
from recog.store.records import ScannedPhoto
from recog.types import FileStat

NEARLY_THE_SAME = 0.1
"""Squared distance up to which a face of a new photo may be the very face of an earlier one, not only that person's.

By benchmarks/results/edits.csv (benchmarks/measure_edits.py, the half `chose`) at most 1 % of two photos of one person
are so near. New metadata move no face at all, and crops, borders and filters leave most faces so near.
"""
_ALIKE = 0.01
"""Mean squared distances that differ by less are equal: then a photo that is still there is the nearer one."""


class MovedEdits:
    """Find earlier photos among the faces that humans spoke of, which are read once, when first needed."""

    def __init__(self, catalog: Catalog, network_sha256: str) -> None:
        self._catalog = catalog
        self._network = network_sha256

    def earlier(self, photos: Sequence[ScannedPhoto]) -> dict[Path, int]:
        """Return by path the photo that each of these was before; new photos are left out.

        The earlier photo is the one with the nearest faces, if no file shows it any more. If a file still shows it, the
        new photo is a second copy and takes nothing over: its faces get their names by distance, like any others.
        """
        near = {photo.stat.path: self._near(photo) for photo in photos}
        candidates = {photo_id for row in near.values() for photo_id in row}
        stats = self._catalog.files.present(candidates)
        elsewhere = self._catalog.files.elsewhere(candidates)
        gone = {
            photo_id: photo_id not in elsewhere and all(map(_is_shown_no_more, stats.get(photo_id, ())))
            for photo_id in candidates
        }
        found: dict[Path, int] = {}
        for path, row in near.items():
            if row:
                best = min(row, key=lambda photo_id: (round(row[photo_id] / _ALIKE), gone[photo_id], photo_id))
                if gone[best]:
                    found[path] = best
        return found

    @cached_property
    def _told(self) -> ToldFaces:
        return self._catalog.embeddings.of_told_faces(self._network)

    def _near(self, photo: ScannedPhoto) -> dict[int, float]:
        """Return photos with nearly the same faces as this one, and the mean squared distance of these faces."""
        if not photo.faces or not len(self._told.face_ids):
            return {}
        table = squared_distances(np.stack([face.embedding for face in photo.faces]), self._told.embeddings)
        nearest = table.min(axis=0)
        of_photo: dict[int, list[float]] = defaultdict(list)
        for row in np.flatnonzero(nearest <= NEARLY_THE_SAME).tolist():
            of_photo[int(self._told.photo_ids[row])].append(float(nearest[row]))
        return {photo_id: float(np.mean(distances)) for photo_id, distances in of_photo.items()}


def _is_shown_no_more(stat: FileStat) -> bool:
    """Return whether a file is gone or has changed; a file that cannot be looked at counts as unchanged."""
    if is_gone(stat.path):
        return True
    try:
        return stat_photo(stat.path) != stat
    except PhotoError:
        return False
