"""What a batch of embeddings is to be blamed for, as differentiable scalars."""

from typing import Literal

import torch
from torch import Tensor

from recog.train.triplets import batch_squared_distances

_NEARLY_ZERO = 1e-12


def siamese_distances(left: Tensor, right: Tensor, *, squared: bool = True) -> Tensor:
    """Of every left row to its right row, (m, dim) twice -> (m,): |f(a) - f(b)|^2, squared Euclidean, or its root.

    The output of a Siamese network: both sides went through the same weights.
    """
    distances = (left - right).square().sum(dim=1)
    return distances if squared else (distances + _NEARLY_ZERO).sqrt()


def triplet_losses(embeddings: Tensor, triplets: Tensor, *, margin: float, squared: bool = True) -> Tensor:
    """max(D(a, p) - D(a, n) + margin, 0) of each triplet, (b, dim) and (t, 3) rows -> (t,).

    FaceNet, arXiv:1503.03832 eq. 3, D squared Euclidean; squared=False takes the plain distance, as Hermans et al.
    (arXiv:1703.07737) prefer. All distances of the batch are computed once, not those of each triplet: batch-all has a
    hundred thousand triplets of 192 rows.
    """
    distances = batch_squared_distances(embeddings)
    if not squared:
        # The slope of a square root at 0 is infinite; identical rows are common (a photo twice).
        distances = (distances + _NEARLY_ZERO).sqrt()
    anchors, positives, negatives = triplets.unbind(dim=1)
    losses: Tensor = (distances[anchors, positives] - distances[anchors, negatives] + margin).clamp_min(0.0)
    return losses


def triplet_loss(
    embeddings: Tensor,
    triplets: Tensor,
    *,
    margin: float,
    squared: bool = True,
    mean_over: Literal["all", "positive"] = "all",
) -> Tensor:
    """Mean of the triplet losses, () with a gradient; 0.0, still with a gradient, where there is nothing to average.

    mean_over "positive" averages over the triplets with a loss only: the batch-all loss, which does not fade as most
    triplets are learnt. Departure from eq. 3: FaceNet sums, we average, so a batch's size leaves the step alone.
    """
    losses = triplet_losses(embeddings, triplets, margin=margin, squared=squared)
    if mean_over == "positive":
        losses = losses[losses > 0]
    if len(losses) == 0:
        return embeddings.sum() * 0.0
    return losses.mean()


def drift(embeddings: Tensor, start_embeddings: Tensor) -> Tensor:
    """Mean squared distance of each embedding to the one the start gave it, (b, dim) twice -> ().

    Added to the triplet loss with a weight, it holds a head near its start where few people would let it overfit.
    Not in FaceNet, which trains everything from nothing.
    """
    return siamese_distances(embeddings, start_embeddings).mean()


def mean_variance(embeddings: Tensor) -> float:
    """1 - |mean|^2 of unit rows (b, dim): 1 where they spread over the sphere, 0 where they are all one point."""
    with torch.no_grad():
        return float(1.0 - embeddings.mean(dim=0).square().sum())
