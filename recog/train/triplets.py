"""Which triplets of a batch are worth learning from: selection returns row numbers, never losses.

Every function gives a (t, 3) int64 tensor of rows (anchor, positive, negative), in rising order; t may be 0. D is the
squared Euclidean distance of FaceNet (Schroff et al. 2015, arXiv:1503.03832), or with squared=False its root: a margin
is in the units of D.
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
    pairs, negatives = _positive_pairs(labels)
    return _joined(pairs, negatives)


def semi_hard_triplets(embeddings: Tensor, labels: Tensor, *, margin: float, squared: bool = True) -> Tensor:
    """Every valid triplet with D(a, p) < D(a, n) < D(a, p) + margin: FaceNet 3.2, over all anchor-positive pairs.

    The negative is farther than the positive, so the batch's hardest negatives (often wrong labels, and early in
    training a way to collapse) are left out, yet inside the margin, so every triplet has a loss.
    """
    pairs, negatives = _positive_pairs(labels)
    to_positive, to_negative = _both_distances(embeddings, pairs, squared=squared)
    return _joined(pairs, negatives & (to_positive < to_negative) & (to_negative < to_positive + margin))


def nearest_semi_hard_triplets(embeddings: Tensor, labels: Tensor, *, margin: float, squared: bool = True) -> Tensor:
    """Of the semi-hard triplets, only the one with the nearest negative for each anchor-positive pair.

    Ties go to the lowest row. One negative a pair keeps crowded anchors from outvoting the others.
    """
    pairs, negatives = _positive_pairs(labels)
    to_positive, to_negative = _both_distances(embeddings, pairs, squared=squared)
    usable = negatives & (to_positive < to_negative) & (to_negative < to_positive + margin)
    pairs, to_negative, usable = (rows[usable.any(dim=1)] for rows in (pairs, to_negative, usable))
    if len(pairs) == 0:
        return _no_triplets(labels)
    nearest = torch.where(usable, to_negative, torch.inf).argmin(dim=1)
    return torch.cat([pairs, nearest[:, None]], dim=1)


def batch_hard_triplets(embeddings: Tensor, labels: Tensor) -> Tensor:
    """For each anchor its farthest positive and its nearest negative (Hermans et al. 2017, arXiv:1703.07737).

    Anchors without a positive or without a negative give none; ties go to the lowest row.
    """
    if len(labels) == 0:
        return _no_triplets(labels)
    distances = batch_squared_distances(embeddings.detach())
    same = labels[:, None] == labels[None, :]
    farthest, positive = torch.where(_others(same), distances, -torch.inf).max(dim=1)
    nearest, negative = torch.where(same, torch.inf, distances).min(dim=1)
    anchors = (torch.isfinite(farthest) & torch.isfinite(nearest)).nonzero()[:, 0]
    return torch.stack([anchors, positive[anchors], negative[anchors]], dim=1)


def active_share(embeddings: Tensor, labels: Tensor, *, margin: float, squared: bool = True) -> float:
    """Share of the valid triplets that still have a loss, D(a, n) < D(a, p) + margin; 0.0 where there is none."""
    pairs, negatives = _positive_pairs(labels)
    to_positive, to_negative = _both_distances(embeddings, pairs, squared=squared)
    active = int((negatives & (to_negative < to_positive + margin)).sum())
    return active / max(int(negatives.sum()), 1)


def _positive_pairs(labels: Tensor) -> tuple[Tensor, Tensor]:
    """Rows (a, p) of the anchor-positive pairs, (m, 2), and for each pair which rows are negatives, (m, b) bool.

    Pairs, not all (b, b, b) triples: in a batch of 48 x 4 that is a sixty-fourth of the work.
    """
    same = labels[:, None] == labels[None, :]
    pairs = _others(same).nonzero()
    return pairs, ~same[pairs[:, 0]]


def _others(same: Tensor) -> Tensor:
    return same & ~torch.eye(len(same), dtype=torch.bool, device=same.device)


def _both_distances(embeddings: Tensor, pairs: Tensor, *, squared: bool) -> tuple[Tensor, Tensor]:
    """D(a, p), (m, 1), and D(a, n) to every row, (m, b); selection carries no gradient."""
    distances = batch_squared_distances(embeddings.detach())
    if not squared:
        distances = distances.sqrt()
    return distances[pairs[:, 0], pairs[:, 1]][:, None], distances[pairs[:, 0]]


def _joined(pairs: Tensor, chosen: Tensor) -> Tensor:
    """Pairs (m, 2) and their chosen negatives (m, b) bool -> (t, 3)."""
    pair, negative = chosen.nonzero(as_tuple=True)
    return torch.cat([pairs[pair], negative[:, None]], dim=1)


def _no_triplets(labels: Tensor) -> Tensor:
    return torch.empty((0, 3), dtype=torch.int64, device=labels.device)
