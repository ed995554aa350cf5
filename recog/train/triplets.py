"""Online triplet selection: which triplets of a batch to learn from.

Every function returns row numbers, never losses: a (t, 3) int64 tensor of (anchor, positive, negative) in rising order,
where t may be 0. D is the squared Euclidean distance of FaceNet (Schroff et al. 2015, arXiv:1503.03832), or its root if
squared is False. Margins are in the units of D.

anchors, where given, is the number of first rows that may be anchors and positives; the rows after them are negatives
alone, such as those of a memory bank (see recog.train.bank). None is all rows.
"""

import torch
from torch import Tensor

from recog.train.settings import Selection


def select_triplets(
    embeddings: Tensor,
    labels: Tensor,
    selection: Selection,
    *,
    margin: float,
    squared: bool = True,
    anchors: int | None = None,
) -> Tensor:
    """Return the triplets that an online selection chooses from a batch, (t, 3).

    Raises:
        ValueError: the selection is "offline", which mines (see offline.mine_triplets).
    """
    match selection:
        case "semi-hard":
            return semi_hard_triplets(embeddings, labels, margin=margin, squared=squared, anchors=anchors)
        case "batch-hard":
            return batch_hard_triplets(embeddings, labels, anchors=anchors)
        case "batch-all":
            return valid_triplets(labels, anchors=anchors)
        case "offline":
            raise ValueError("offline triplets are mined, not selected from a batch")


def batch_squared_distances(embeddings: Tensor) -> Tensor:
    """Return the (b, b) squared Euclidean distances of (b, dim) rows, at least 0 and differentiable."""
    squares = embeddings.square().sum(dim=1)
    distances: Tensor = (squares[:, None] + squares[None, :] - 2 * embeddings @ embeddings.T).clamp_min(0.0)
    return distances


def valid_triplets(labels: Tensor, *, anchors: int | None = None) -> Tensor:
    """Return every (a, p, n) with label a = label p, a != p and another label n: batch-all (arXiv:1703.07737)."""
    pairs, negatives = _positive_pairs(labels, anchors)
    return _joined(pairs, negatives)


def semi_hard_triplets(
    embeddings: Tensor, labels: Tensor, *, margin: float, squared: bool = True, anchors: int | None = None
) -> Tensor:
    """Return every valid triplet with D(a, p) < D(a, n) < D(a, p) + margin: FaceNet 3.2, over all positive pairs.

    The negative lies inside the margin, so every triplet has a loss, but farther away than the positive. This leaves
    out the hardest negatives, which are often wrong labels and can collapse an early training.
    """
    pairs, negatives = _positive_pairs(labels, anchors)
    to_positive, to_negative = _both_distances(embeddings, pairs, squared=squared)
    return _joined(pairs, negatives & (to_positive < to_negative) & (to_negative < to_positive + margin))


def batch_hard_triplets(embeddings: Tensor, labels: Tensor, *, anchors: int | None = None) -> Tensor:
    """Return for each anchor its farthest positive and its nearest negative (Hermans et al. 2017, arXiv:1703.07737).

    Anchors without a positive or without a negative give no triplet. Ties go to the lowest row.
    """
    if len(labels) == 0:
        return torch.empty((0, 3), dtype=torch.int64, device=labels.device)
    distances = batch_squared_distances(embeddings.detach())[:anchors]
    same = (labels[:, None] == labels[None, :])[:anchors]
    count = len(same)
    farthest, positive = torch.where(_others(same[:, :count]), distances[:, :count], -torch.inf).max(dim=1)
    nearest, negative = torch.where(same, torch.inf, distances).min(dim=1)
    chosen = (torch.isfinite(farthest) & torch.isfinite(nearest)).nonzero()[:, 0]
    return torch.stack([chosen, positive[chosen], negative[chosen]], dim=1)


def active_share(embeddings: Tensor, labels: Tensor, *, margin: float, squared: bool = True) -> float:
    """Return the share of valid triplets that have a loss, D(a, n) < D(a, p) + margin; 0.0 without valid triplets.

    The negatives of an anchor are sorted and counted, because the triplets of a batch of 1,800 would not fit in memory.
    """
    distances = batch_squared_distances(embeddings.detach())
    if not squared:
        distances = distances.sqrt()
    same = labels[:, None] == labels[None, :]
    positives = _others(same)
    negatives = torch.where(same, torch.inf, distances).sort(dim=1).values
    inside = torch.searchsorted(negatives, distances + margin)  # how many negatives are nearer than that
    valid = int((positives.sum(dim=1) * (~same).sum(dim=1)).sum())
    return int(inside[positives].sum()) / max(valid, 1)


def _positive_pairs(labels: Tensor, anchors: int | None) -> tuple[Tensor, Tensor]:
    """Return the anchor-positive pairs, (m, 2) rows, and the negatives of each pair, (m, b) bool.

    Working on pairs instead of all (b, b, b) triples is a sixty-fourth of the work in a batch of 48 x 4.
    """
    same = labels[:, None] == labels[None, :]
    pairs = _others(same[:anchors, :anchors]).nonzero()
    return pairs, ~same[pairs[:, 0]]


def _others(same: Tensor) -> Tensor:
    return same & ~torch.eye(len(same), dtype=torch.bool, device=same.device)


def _both_distances(embeddings: Tensor, pairs: Tensor, *, squared: bool) -> tuple[Tensor, Tensor]:
    """Return D(a, p), (m, 1), and D(a, n) to every row, (m, b), without a gradient."""
    distances = batch_squared_distances(embeddings.detach())
    if not squared:
        distances = distances.sqrt()
    return distances[pairs[:, 0], pairs[:, 1]][:, None], distances[pairs[:, 0]]


def _joined(pairs: Tensor, chosen: Tensor) -> Tensor:
    """Join pairs (m, 2) with their chosen negatives (m, b) bool into (t, 3)."""
    pair, negative = chosen.nonzero(as_tuple=True)
    return torch.cat([pairs[pair], negative[:, None]], dim=1)
