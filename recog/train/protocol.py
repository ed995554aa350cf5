"""The LFW protocol run with a detector and an embedder as the product uses them."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recog.distance import paired_squared_distances
from recog.errors import TrainingError
from recog.evaluate.lfw import LfwScores, ten_folds
from recog.train.faces import Undetected, labelled_crops
from recog.train.validation import read_pair_list
from recog.types import Crops, Detector, Embedder, Embeddings, NetworkInfo

_BATCH = 64


@dataclass(frozen=True, slots=True)
class LfwRun:
    """The scores of a network, and photos by how their face was found."""

    network: NetworkInfo
    scores: LfwScores
    found: Mapping[str, int]


def run_lfw(
    folder: Path,
    pairs: Path,
    detector: Detector,
    embedder: Embedder,
    *,
    on_photo: Callable[[int, int], None] = lambda _done, _all: None,
) -> LfwRun:
    """Score the pairs file `pairs`, in LFW's format, whose photos are in `folder`, in LFW's layout.

    No pair is dropped: where no face is found the central box stands in. on_photo gets photos read and photos in all.
    EvaluationError where the pairs file is not one, TrainingError where a photo is missing or unreadable.
    """
    listed = read_pair_list(folder, pairs)
    info = embedder.info
    batches: list[Embeddings] = []
    batch: list[Crops] = []
    found: Counter[str] = Counter()
    for result in labelled_crops(
        listed.photos.paths, detector, crop_scale=info.crop_scale, size=info.input_size, undetected=Undetected.CENTRE,
        progress=on_photo,
    ):  # fmt: skip
        if result.crop is None:
            raise TrainingError(f"{result.path} cannot be read, and the protocol drops no pair: mend or replace it")
        found[str(result.found)] += 1
        batch.append(result.crop)
        if len(batch) == _BATCH:
            batches.append(embedder.embed(np.stack(batch)))
            batch.clear()
    if batch:
        batches.append(embedder.embed(np.stack(batch)))
    embeddings = np.concatenate(batches)
    distances = paired_squared_distances(embeddings[listed.left], embeddings[listed.right])
    return LfwRun(info, ten_folds(distances, listed.same, listed.fold), dict(found))
