"""Gradient caching: batches whose graph does not fit in memory, embedded and differentiated chunk by chunk."""

from collections.abc import Callable

import torch
from torch import Tensor

from recog.train.sampler import Rows

Embed = Callable[[Rows], tuple[Tensor, Tensor]]
"""Embeds rows as a recog.train.loop.Learner does at a step: the embeddings (b, dim), and those to hold them near."""


class ChunkedBatch:
    """A batch whose gradients equal those of one large graph, up to rounding (GradCache, arXiv:2101.06983).

    The batch is embedded without a graph; `backward` differentiates the loss by the embeddings, then embeds each chunk
    of at most `chunk` rows again, with a graph, and passes it its gradients. Memory is that of one chunk, at the price
    of one more forward pass. This needs a learner that embeds a row alike both times and in every company, so batch
    normalisation has to be frozen, as it is here. A batch of one chunk has one graph and no second pass.
    """

    def __init__(self, embed: Embed, rows: Rows, *, chunk: int) -> None:
        self._embed = embed
        self._parts = [rows[start : start + chunk] for start in range(0, len(rows), chunk)]
        if len(self._parts) == 1:
            self.embeddings, self.held = embed(rows)
            return
        with torch.no_grad():
            made = [embed(part) for part in self._parts]
        self.embeddings = torch.cat([embeddings for embeddings, _ in made]).requires_grad_()
        self.held = torch.cat([held for _, held in made])

    def backward(self, loss: Tensor) -> None:
        """Add the gradients of `loss`, a scalar of `embeddings`, to the learner's tensors."""
        if len(self._parts) == 1:
            torch.autograd.backward(loss)
            return
        (gradients,) = torch.autograd.grad(loss, self.embeddings)
        sizes = [len(part) for part in self._parts]
        for part, gradient in zip(self._parts, torch.split(gradients, sizes), strict=True):
            embeddings, _ = self._embed(part)
            torch.autograd.backward(embeddings, gradient)
