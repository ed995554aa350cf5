"""Which triplets of a batch are worth learning from: selection returns row numbers, never losses.

Every function gives a (t, 3) int64 tensor of rows (anchor, positive, negative), in rising order; t may be 0. Distances
are squared Euclidean, the D of FaceNet (Schroff et al. 2015, arXiv:1503.03832).
"""

import torch
from torch import Tensor


def batch_squared_distances(embeddings: Tensor) -> Tensor:
    """(b, dim) of any length -> (b, b) squared Euclidean distances, at least 0, differentiable."""
    squares = embeddings.square().sum(dim=1)
    distances: Tensor = (squares[:, None] + squares[None, :] - 2 * embeddings @ embeddings.T).clamp_min(0.0)
    return distances


def valid_triplets(labels: Tensor) -> Tensor:
    """Every (a, p, n) with label a = label p, a != p, label n different: the batch-all set (arXiv:1703.07737)."""
    return _valid(labels).nonzero()


def semi_hard_triplets(embeddings: Tensor, labels: Tensor, *, margin: float) -> Tensor:
    """Every valid triplet with D(a, p) < D(a, n) < D(a, p) + margin: FaceNet 3.2, over all anchor-positive pairs.

    The negative is farther than the positive, so the batch's hardest negatives (often wrong labels, and early in
    training a way to collapse) are left out, yet inside the margin, so every triplet has a loss.
    """
    to_positive, to_negative = _both_distances(embeddings)
    semi_hard = (to_positive < to_negative) & (to_negative < to_positive + margin)
    return (_valid(labels) & semi_hard).nonzero()


def nearest_semi_hard_triplets(embeddings: Tensor, labels: Tensor, *, margin: float) -> Tensor:
    """Of the semi-hard triplets, only the one with the nearest negative for each anchor-positive pair.

    Ties go to the lowest row. One negative a pair keeps crowded anchors from outvoting the others.
    """
    to_positive, to_negative = _both_distances(embeddings)
    usable = _valid(labels) & (to_positive < to_negative) & (to_negative < to_positive + margin)
    distances = torch.where(usable, to_negative, torch.inf)
    nearest, negative = distances.min(dim=2)
    pairs = torch.isfinite(nearest).nonzero()
    return torch.cat([pairs, negative[pairs[:, 0], pairs[:, 1]][:, None]], dim=1)


def batch_hard_triplets(embeddings: Tensor, labels: Tensor) -> Tensor:
    """For each anchor its farthest positive and its nearest negative (Hermans et al. 2017, arXiv:1703.07737).

    Anchors without a positive or without a negative give none; ties go to the lowest row.
    """
    distances = batch_squared_distances(embeddings.detach())
    same = labels[:, None] == labels[None, :]
    positives = same & ~torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    farthest, positive = torch.where(positives, distances, -torch.inf).max(dim=1)
    nearest, negative = torch.where(same, torch.inf, distances).min(dim=1)
    anchors = (torch.isfinite(farthest) & torch.isfinite(nearest)).nonzero()[:, 0]
    return torch.stack([anchors, positive[anchors], negative[anchors]], dim=1)


def active_share(embeddings: Tensor, labels: Tensor, *, margin: float) -> float:
    """Share of the valid triplets that still have a loss, D(a, n) < D(a, p) + margin; 0.0 where there is none."""
    to_positive, to_negative = _both_distances(embeddings)
    valid = _valid(labels)
    active = int((valid & (to_negative < to_positive + margin)).sum())
    return active / max(int(valid.sum()), 1)


def _valid(labels: Tensor) -> Tensor:
    """(b, b, b) bool: may (a, p, n) be a triplet?"""
    same = labels[:, None] == labels[None, :]
    positives = same & ~torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    valid: Tensor = positives[:, :, None] & ~same[:, None, :]
    return valid


def _both_distances(embeddings: Tensor) -> tuple[Tensor, Tensor]:
    """D(a, p) and D(a, n), shaped to broadcast over (a, p, n); selection carries no gradient."""
    distances = batch_squared_distances(embeddings.detach())
    return distances[:, :, None], distances[:, None, :]
