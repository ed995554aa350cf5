"""The box of the labelled face in each photo, found once and cached in a file, so that crops can be cut anew."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from recog.crop import face_views
from recog.datasets.faces import Found, Undetected, find_labelled
from recog.datasets.people import LabelledPhotos
from recog.durable import make_output_directory, put
from recog.errors import PhotoError, TrainingError
from recog.evaluate.labelled_faces import Labels
from recog.photos import read_photo
from recog.types import Crops, Detector, FaceBox, View

INPUT_SIZE = 160
_KINDS = tuple(Found)
_COLUMNS = 5 + 2 * 5


@dataclass(frozen=True, slots=True)
class LocatedFaces:
    """One face per photo: face i is in photos.paths[rows[i]], at boxes[i].

    rows is (n,) int64. found has an index into Found for every photo, also for those without a face.
    """

    photos: LabelledPhotos
    rows: NDArray[np.int64]
    boxes: tuple[FaceBox, ...]
    found: NDArray[np.int64]

    @property
    def labels(self) -> Labels:
        """Return the label of every face, (n,)."""
        return self.photos.labels[self.rows]

    def of_people(self, labels: Labels) -> "LocatedFaces":
        """Return the faces of these people."""
        return self._only(np.isin(self.labels, labels))

    def without(self, paths: frozenset[Path]) -> "LocatedFaces":
        """Return the faces that are not in these photos."""
        return self._only(np.array([self.photos.paths[row] not in paths for row in self.rows], dtype=np.bool_))

    def _only(self, wanted: NDArray[np.bool_]) -> "LocatedFaces":
        chosen = np.flatnonzero(wanted)
        return LocatedFaces(self.photos, self.rows[chosen], tuple(self.boxes[face] for face in chosen), self.found)

    def crop(
        self,
        face: int,
        *,
        scale: float,
        size: int = INPUT_SIZE,
        views: Sequence[View] = (),
        moved: Callable[[FaceBox], FaceBox] = lambda box: box,
    ) -> Crops:
        """Read the photo and crop this face at moved(box), (size, size, 3 + 3 * views) uint8.

        Raises:
            TrainingError: the photo, which was readable once, no longer is.
        """
        path = self.photos.paths[int(self.rows[face])]
        try:
            pixels = read_photo(path).pixels
        except PhotoError as error:
            raise TrainingError(f"{path} was readable when its face was found: {error}") from error
        crop: Crops = face_views(pixels, [moved(self.boxes[face])], scale=scale, size=size, views=views)[0]
        return crop


def located_faces(
    photos: LabelledPhotos,
    detector: Detector,
    *,
    undetected: Undetected,
    cache: Path,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> LocatedFaces:
    """Find the labelled face of each photo, or read the boxes from `cache`.

    The name of the cached file is a digest of the photos' bytes and of everything that determines a box; a damaged file
    is computed again. progress gets the photos done and all photos.

    Raises:
        TrainingError: no photo has a face.
    """
    what = f"{photos.content_digest()} {detector.sha256} {undetected} 1"
    path = cache / f"boxes-{sha256(what.encode()).hexdigest()[:32]}.safetensors"
    kept = _read(path, len(photos.paths))
    if kept is None:
        kept = _found(photos, detector, undetected, progress)
        make_output_directory(cache)
        put(path, save(dict(kept)))
    if not len(kept["rows"]):
        raise TrainingError(f"no face was found in any of {len(photos.paths)} photos: training needs photos of faces")
    return LocatedFaces(photos, kept["rows"], tuple(_box(row) for row in kept["boxes"]), kept["found"])


def _found(
    photos: LabelledPhotos, detector: Detector, undetected: Undetected, progress: Callable[[int, int], None]
) -> Mapping[str, NDArray[Any]]:
    rows: list[int] = []
    boxes: list[list[float]] = []
    kinds: list[int] = []
    for row, path in enumerate(photos.paths):
        try:
            kind, box = find_labelled(read_photo(path).pixels, detector, undetected=undetected)
        except PhotoError:
            kind, box = Found.UNREADABLE, None
        kinds.append(_KINDS.index(kind))
        if box is not None:
            rows.append(row)
            landmarks = np.ravel(box.landmarks) if box.landmarks else np.full(2 * 5, np.nan)
            boxes.append([box.left, box.top, box.right, box.bottom, box.score, *landmarks])
        progress(row + 1, len(photos.paths))
    return {
        "rows": np.array(rows, dtype=np.int64),
        "boxes": np.array(boxes, dtype=np.float64).reshape(len(rows), _COLUMNS),
        "found": np.array(kinds, dtype=np.int64),
    }


def _box(row: NDArray[np.float64]) -> FaceBox:
    left, top, right, bottom, score, *points = row.tolist()
    found = () if np.isnan(points).any() else tuple(zip(points[::2], points[1::2], strict=True))
    return FaceBox(left, top, right, bottom, score, found)


def _read(path: Path, photos: int) -> Mapping[str, NDArray[Any]] | None:
    try:
        kept = load(path.read_bytes())
        whole = kept["boxes"].shape == (len(kept["rows"]), _COLUMNS) and len(kept["found"]) == photos
    except (FileNotFoundError, SafetensorError, KeyError):
        return None
    return kept if whole else None
