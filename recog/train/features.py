"""Trunk features of labelled photos, computed once and cached in a file."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from recog.datasets.faces import Found, LabelledCrop, Undetected, labelled_crops
from recog.datasets.people import LabelledPhotos
from recog.durable import make_output_directory, put
from recog.errors import TrainingError
from recog.evaluate.labelled_faces import Labels
from recog.types import Crops, Detector, View

INPUT_SIZE = 160
_BATCH = 64
_KINDS = tuple(Found)
_KEPT = ("features", "mirrored", "photos", "found")


class FeatureNetwork(Protocol):
    """The part of recog.embed.Trunk that training needs."""

    @property
    def sha256(self) -> str:
        """Return the digest of everything that determines the features, except the crops."""

    def features(self, crops: Crops) -> NDArray[np.float32]:
        """Compute the features of crops, (n, size, size, 3 * views) uint8 -> (n, width) float32."""


@dataclass(frozen=True, slots=True)
class FaceFeatures:
    """Features of the faces found, in the order of their photos.

    features and mirrored (of the mirror image) are (n, width) float32, labels is (n,). photos (n,) is the row of each
    face's photo in the list of photos. found has an index into Found for every photo of that list.
    """

    features: NDArray[np.float32]
    mirrored: NDArray[np.float32]
    labels: Labels
    photos: NDArray[np.int64]
    found: NDArray[np.int64]

    def counts(self) -> Mapping[str, int]:
        """Count the photos by how their face was found, without kinds that did not occur."""
        return {str(_KINDS[kind]): count for kind, count in sorted(Counter(self.found.tolist()).items())}

    def of_people(self, labels: NDArray[np.int64]) -> "FaceFeatures":
        """Return the faces of these people."""
        return self.only(np.isin(self.labels, labels))

    def only(self, chosen: NDArray[np.bool_]) -> "FaceFeatures":
        """Return the faces selected by an (n,) mask."""
        return FaceFeatures(
            self.features[chosen], self.mirrored[chosen], self.labels[chosen], self.photos[chosen], self.found
        )


def face_features(
    photos: LabelledPhotos,
    detector: Detector,
    trunk: FeatureNetwork,
    *,
    crop_scale: float,
    undetected: Undetected,
    views: Sequence[View] = (),
    size: int = INPUT_SIZE,
    cache: Path,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> FaceFeatures:
    """Return the features of every labelled face and of its mirror image, from `cache` if it has them.

    The name of the cached file is a digest of the photos' bytes and of everything that determines the features, so the
    file can be neither stale nor of another set; a damaged file is computed again. Labels are not cached, so photos can
    move between people for free. views and size say which crops the trunk takes.

    Raises:
        TrainingError: no photo has a face.
    """
    what = f"{photos.content_digest()} {detector.sha256} {trunk.sha256} {crop_scale!r} {undetected} {size} 1"
    path = cache / f"features-{sha256(what.encode()).hexdigest()[:32]}.safetensors"
    kept = _read(path, photos.labels)
    if kept is not None:
        return kept
    crops = labelled_crops(
        photos.paths,
        detector,
        crop_scale=crop_scale,
        size=size,
        undetected=undetected,
        views=views,
        progress=progress,
    )
    made = _computed(crops, photos.labels, trunk)
    make_output_directory(cache)
    put(path, save({name: np.ascontiguousarray(getattr(made, name)) for name in _KEPT}))
    return made


def _computed(crops: Iterable[LabelledCrop], labels: Labels, trunk: FeatureNetwork) -> FaceFeatures:
    found: list[int] = []
    photos: list[int] = []
    batch: list[Crops] = []
    features: list[NDArray[np.float32]] = []
    mirrored: list[NDArray[np.float32]] = []

    def flush() -> None:
        stacked = np.stack(batch)
        features.append(trunk.features(stacked))
        mirrored.append(trunk.features(np.ascontiguousarray(stacked[:, :, ::-1])))
        batch.clear()

    for row, result in enumerate(crops):
        found.append(_KINDS.index(result.found))
        if result.crop is None:
            continue
        photos.append(row)
        batch.append(result.crop)
        if len(batch) == _BATCH:
            flush()
    if batch:
        flush()
    if not features:
        raise TrainingError(f"no face was found in any of {len(found)} photos: training needs photos of faces")
    rows = np.array(photos, dtype=np.int64)
    return FaceFeatures(
        np.concatenate(features), np.concatenate(mirrored), labels[rows], rows, np.array(found, dtype=np.int64)
    )


def _read(path: Path, labels: Labels) -> FaceFeatures | None:
    try:
        kept = load(path.read_bytes())
        return FaceFeatures(labels=labels[kept["photos"]], **kept)
    except (FileNotFoundError, SafetensorError, TypeError, KeyError):
        return None
