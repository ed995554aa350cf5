"""Embeddings of labelled photos as the product makes them, computed once and cached in a file."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from recog.datasets.faces import Found, Undetected, labelled_crops
from recog.datasets.people import LabelledPhotos
from recog.distance import unit_rows
from recog.durable import make_output_directory, put
from recog.errors import EvaluationError
from recog.evaluate.labelled_faces import Labels
from recog.types import Crops, Detector, Embedder, Embeddings

_BATCH = 64
_KINDS = tuple(Found)

_Kept = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The product's networks from photo to embedding, and a directory for results, or None for no cache.

    on_photo gets the photos done and all photos.
    """

    detector: Detector
    embedder: Embedder
    cache: Path | None = None
    on_photo: Callable[[int, int], None] = lambda _done, _all: None


@dataclass(frozen=True, slots=True)
class EmbeddedFaces:
    """One face per photo: embeddings (n, dim) and labels (n,), and the outcome of every photo.

    photos (n,) is the row of each face's photo in the list of photos. found has a kind for every photo of that list.
    lost maps the photos without a face to the reason.
    """

    embeddings: Embeddings
    labels: Labels
    photos: NDArray[np.int64]
    found: tuple[Found, ...]
    lost: Mapping[Path, str]

    def counts(self) -> Mapping[str, int]:
        """Count the photos by how their face was found, without kinds that did not occur."""
        return {str(kind): count for kind, count in sorted(Counter(self.found).items())}


def embedded_faces(
    photos: LabelledPhotos, pipeline: Pipeline, *, undetected: Undetected, more_scales: Sequence[float] = ()
) -> EmbeddedFaces:
    """Detect, crop and embed the labelled face of each photo, or read the result from the pipeline's cache.

    more_scales asks for further crops of each face, their sides relative to the detector's box; the embedding is then
    the unit sum of the unit embeddings of all crops. The name of the cached file is a digest of the photos' bytes and
    of everything that determines an embedding, so the file can be neither stale nor of another set; a damaged file is
    computed again.

    Raises:
        EvaluationError: no photo has a face.
    """
    path = None if pipeline.cache is None else _place(pipeline.cache, photos, pipeline, undetected, more_scales)
    kept = None if path is None else _read(path, len(photos.paths), pipeline.embedder.info.dim)
    if kept is None:
        kept = _computed(photos, pipeline, undetected, more_scales)
        if path is not None:
            make_output_directory(path.parent)
            put(path, save(dict(kept)))
    found = tuple(_KINDS[kind] for kind in kept["found"])
    rows = kept["photos"]
    if not len(rows):
        raise EvaluationError(f"no face was found in any of {len(found)} photos: {dict(Counter(map(str, found)))}")
    without = np.setdiff1d(np.arange(len(found)), rows)
    return EmbeddedFaces(
        kept["embeddings"], photos.labels[rows], rows, found, {photos.paths[row]: str(found[row]) for row in without}
    )


def _place(
    cache: Path, photos: LabelledPhotos, pipeline: Pipeline, undetected: Undetected, more_scales: Sequence[float]
) -> Path:
    more = "".join(f" {scale!r}" for scale in more_scales)
    networks = f"{pipeline.detector.sha256} {pipeline.embedder.info.sha256}"
    what = f"{photos.content_digest()} {networks} {undetected} 1{more}"
    return cache / f"embeddings-{sha256(what.encode()).hexdigest()[:32]}.safetensors"


def _computed(
    photos: LabelledPhotos, pipeline: Pipeline, undetected: Undetected, more_scales: Sequence[float]
) -> _Kept:
    info = pipeline.embedder.info
    found: list[int] = []
    rows: list[int] = []
    crops: list[tuple[Crops, ...]] = []
    batches = [np.empty((0, info.dim), dtype=np.float32)]

    def flush() -> None:
        of_scales = [pipeline.embedder.embed(np.stack(of_scale)) for of_scale in zip(*crops, strict=True)]
        batches.append(of_scales[0] if len(of_scales) == 1 else unit_rows(np.sum(of_scales, axis=0)))
        crops.clear()

    for row, result in enumerate(
        labelled_crops(
            photos.paths, pipeline.detector, crop_scale=info.crop_scale, size=info.input_size, undetected=undetected,
            views=info.views, more_scales=more_scales, progress=pipeline.on_photo,
        )
    ):  # fmt: skip
        found.append(_KINDS.index(result.found))
        if result.crop is not None:
            rows.append(row)
            crops.append((result.crop, *result.more))
        if len(crops) == _BATCH:
            flush()
    if crops:
        flush()
    return {
        "embeddings": np.concatenate(batches),
        "photos": np.array(rows, dtype=np.int64),
        "found": np.array(found, dtype=np.int64),
    }


def _read(path: Path, photos: int, dim: int) -> _Kept | None:
    try:
        kept = load(path.read_bytes())
        whole = kept["embeddings"].shape == (len(kept["photos"]), dim) and len(kept["found"]) == photos
    except (FileNotFoundError, SafetensorError, KeyError):
        return None
    return kept if whole else None
