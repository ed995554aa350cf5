"""The LFW protocol run with a detector and an embedder as the product uses them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from recog.distance import paired_squared_distances
from recog.errors import TrainingError
from recog.evaluate.lfw import LfwScores, ten_folds
from recog.train.embedded import embedded_faces
from recog.train.faces import Undetected
from recog.train.validation import read_pair_list
from recog.types import Detector, Embedder, NetworkInfo


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
    faces = embedded_faces(listed.photos, detector, embedder, undetected=Undetected.CENTRE, progress=on_photo)
    if faces.lost:
        raise TrainingError(
            f"{len(faces.lost)} photos cannot be read, and the protocol drops no pair: mend or replace "
            f"{', '.join(map(str, faces.lost))}"
        )
    embeddings = faces.embeddings
    distances = paired_squared_distances(embeddings[listed.left], embeddings[listed.right])
    return LfwRun(embedder.info, ten_folds(distances, listed.same, listed.fold), faces.counts())
