"""A memory bank: embeddings of earlier batches, as further negatives."""

from collections.abc import Mapping

import torch
from torch import Tensor


class MemoryBank:
    """The newest `size` embeddings of earlier batches, without gradients (XBM, arXiv:1912.06798); size 0 keeps none.

    Embeddings move little between neighbouring steps, so old ones still show where other people are: a batch of 192
    meets thousands of negatives for the price of a distance each. Departure: XBM takes positives from the bank too; an
    old positive would pull to where its person was.
    """

    def __init__(self, size: int, kept: Mapping[str, Tensor] | None = None) -> None:
        """Make an empty bank, or restore one from `state`."""
        self._size = size
        self._rows = torch.empty((0, 0)) if kept is None else kept["embeddings"]
        self._labels = torch.empty(0, dtype=torch.int64) if kept is None else kept["labels"]

    @property
    def state(self) -> Mapping[str, Tensor]:
        """Return "embeddings" (n, dim) and "labels" (n,) on the processor, oldest first, for a checkpoint."""
        return {"embeddings": self._rows.cpu(), "labels": self._labels.cpu()}

    def beside(self, embeddings: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Return a batch (b, dim), (b,) with the bank's n rows after it; only the batch has a gradient."""
        if not len(self._labels):
            return embeddings, labels
        device = embeddings.device
        return torch.cat([embeddings, self._rows.to(device)]), torch.cat([labels, self._labels.to(device)])

    def add(self, embeddings: Tensor, labels: Tensor) -> None:
        """Keep a batch, and forget the oldest rows beyond the size."""
        if not self._size:
            return
        rows, names = embeddings.detach(), labels.detach()
        if len(self._labels):
            rows, names = (
                torch.cat([self._rows.to(rows.device), rows]),
                torch.cat([self._labels.to(names.device), names]),
            )
        self._rows, self._labels = rows[-self._size :].clone(), names[-self._size :].clone()
