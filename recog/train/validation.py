"""The validation of a head: scores on a list of pairs and on people held out, from features alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recog.datasets.people import LabelledPhotos, unlabelled
from recog.distance import paired_squared_distances
from recog.errors import TrainingError
from recog.evaluate.labelled_faces import all_pairs
from recog.evaluate.lfw import LfwScores, Pair, pair_photos, read_pairs, ten_folds
from recog.evaluate.roc import Bools, accepted, threshold_at_far
from recog.train.features import FaceFeatures
from recog.train.head import AnyHead, embed_flipped
from recog.types import Distances, Embeddings

FARS = np.logspace(-3, -1, 13)
"""The false accept rates that mean_val averages over: 1 in 1,000 to 1 in 10, evenly spaced in the logarithm."""


@dataclass(frozen=True, slots=True)
class PairList:
    """Pairs of a protocol as rows of a list of photos; left, right and fold are (n,) int64, same is (n,) bool."""

    photos: LabelledPhotos
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    same: Bools
    fold: NDArray[np.int64]


def read_pair_list(folder: Path, pairs_file: Path) -> PairList:
    """Read a pairs file in LFW's format and find its photos.

    Raises:
        TrainingError: photos are absent.
        EvaluationError: the pairs file is malformed.
    """
    pairs: Sequence[Pair] = read_pairs(pairs_file)
    found, missing = pair_photos(folder, pairs)
    if missing:
        raise TrainingError(
            f"{len(missing)} photos of {pairs_file} are not in {folder}, the first is {missing[0]}: "
            "validation needs all of them"
        )
    row_of = {stem: row for row, stem in enumerate(found)}
    return PairList(
        photos=unlabelled(tuple(found.values())),
        left=np.array([row_of[pair.left] for pair in pairs], dtype=np.int64),
        right=np.array([row_of[pair.right] for pair in pairs], dtype=np.int64),
        same=np.array([pair.same for pair in pairs], dtype=np.bool_),
        fold=np.array([pair.fold for pair in pairs], dtype=np.int64),
    )


@dataclass(frozen=True, slots=True)
class Validation:
    """Scores heads on a list of pairs, and on all pairs of faces of the people held out.

    pair_features has a row for every photo of the list, in order. flip averages in the mirror image of each crop, as
    the product will.
    """

    pairs: PairList
    pair_features: FaceFeatures
    held_out: FaceFeatures
    flip: bool

    def embed(self, head: AnyHead, faces: FaceFeatures) -> Embeddings:
        """Embed faces as the product would with this head, (n, dim)."""
        return embed_flipped(head, faces.features, faces.mirrored) if self.flip else head.embed(faces.features)

    def lfw(self, head: AnyHead) -> LfwScores:
        """Score the pairs by the ten-fold protocol."""
        return ten_folds(self.pair_distances(head), self.pairs.same, self.pairs.fold)

    def pair_distances(self, head: AnyHead) -> Distances:
        """Return the squared distance of every pair of the list, (n,)."""
        embeddings = self.embed(head, self.pair_features)
        return paired_squared_distances(embeddings[self.pairs.left], embeddings[self.pairs.right])

    def held_out_pairs(self, head: AnyHead) -> tuple[Distances, Bools]:
        """Return the squared distances of all pairs of held-out faces, and which pairs show one person."""
        return all_pairs(self.embed(head, self.held_out), self.held_out.labels)

    def __call__(self, head: AnyHead) -> Mapping[str, float]:
        """Return named scores; higher is better. "mean", the mean of the two mean VALs, decides which head is kept.

        One set at one rate would follow noise, because 1,000 pairs do not resolve half a percent. A whole curve on two
        sets is steadier.
        """
        lfw = self.lfw(head)
        pair_val = mean_val(self.pair_distances(head), self.pairs.same)
        held_out_val = mean_val(*self.held_out_pairs(head))
        return {
            "accuracy": lfw.accuracy,
            "auc": lfw.auc,
            **{f"val_{at.far:g}": at.val for at in lfw.val},
            "pair_val": pair_val,
            "held_out_val": held_out_val,
            "mean": (pair_val + held_out_val) / 2,
        }


def mean_val(distances: Distances, same: Bools) -> float:
    """Return the share of same pairs accepted, 0 to 1, averaged over FARS with thresholds from these pairs."""
    different = distances[~same]
    return float(np.mean([accepted(distances[same], threshold_at_far(different, far)).mean() for far in FARS]))
