"""The triplet loss and the drift penalty, as differentiable scalars of a batch of embeddings."""

from typing import Literal

import torch
from torch import Tensor

from recog.train.triplets import batch_squared_distances

_NEARLY_ZERO = 1e-12


def siamese_distances(left: Tensor, right: Tensor, *, squared: bool = True) -> Tensor:
    """Return the distance of each left row to its right row, (m, dim) twice -> (m,).

    This is |f(a) - f(b)|^2, or its root: the output of a Siamese network, because both sides went through the same
    weights.
    """
    distances = (left - right).square().sum(dim=1)
    return distances if squared else (distances + _NEARLY_ZERO).sqrt()


def triplet_losses(embeddings: Tensor, triplets: Tensor, *, margin: float, squared: bool = True) -> Tensor:
    """Return max(D(a, p) - D(a, n) + margin, 0) of each triplet, (b, dim) and (t, 3) rows -> (t,).

    D is the squared Euclidean distance of FaceNet (arXiv:1503.03832, eq. 3), or the plain distance that Hermans et al.
    (arXiv:1703.07737) prefer. The distances of the batch are computed once instead of per triplet, because batch-all
    has a hundred thousand triplets of 192 rows.
    """
    distances = batch_squared_distances(embeddings)
    if not squared:
        # The slope of a square root at 0 is infinite, and identical rows are common (the same photo twice).
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
    """Return the mean triplet loss, () with a gradient; 0.0, also with a gradient, if there is nothing to average.

    mean_over "positive" averages over the triplets with a loss: the batch-all loss, which does not fade once most
    triplets are learnt. Departure from eq. 3: FaceNet sums, we average, so the batch size does not change the step.
    """
    losses = triplet_losses(embeddings, triplets, margin=margin, squared=squared)
    if mean_over == "positive":
        losses = losses[losses > 0]
    if len(losses) == 0:
        return embeddings.sum() * 0.0
    return losses.mean()


def drift(embeddings: Tensor, start_embeddings: Tensor) -> Tensor:
    """Return the mean squared distance of each embedding to its embedding at the start, (b, dim) twice -> ().

    Added to the triplet loss with a weight, it keeps a head near its start when few people would let it overfit. It is
    not in FaceNet, which trains from scratch.
    """
    return siamese_distances(embeddings, start_embeddings).mean()


def mean_variance(embeddings: Tensor) -> float:
    """Return 1 - |mean|^2 of unit rows (b, dim): 1 if they cover the sphere, 0 if they are all one point."""
    with torch.no_grad():
        return float(1.0 - embeddings.mean(dim=0).square().sum())
