"""A batch in chunks has the gradients of one large graph, and never more than a chunk of it in memory."""

import numpy as np
import pytest
import torch
from torch import Tensor

from recog.train.chunks import ChunkedBatch
from recog.train.losses import drift, triplet_loss
from recog.train.network import TunableNetwork
from recog.train.sampler import Rows
from recog.train.triplets import batch_hard_triplets
from tests.train.test_network import DrawnTrunk, drawn_head

PEOPLE, PHOTOS = 9, 4
LABELS = torch.arange(PEOPLE).repeat_interleave(PHOTOS)
ROWS = np.arange(PEOPLE * PHOTOS)
COLOURS = np.random.default_rng(0).integers(60, 196, (PEOPLE, 1, 1, 1, 3)).repeat(PHOTOS, axis=1)
NOISE = np.random.default_rng(1).integers(-40, 40, (PEOPLE, PHOTOS, 160, 160, 3))
CROPS = (COLOURS + NOISE).astype(np.uint8).reshape(-1, 160, 160, 3)


def gradients(chunk: int, *, rank: int | None = None) -> tuple[dict[str, Tensor], list[int]]:
    """Return the gradients of a step on the whole network, and how many crops had a graph at each embedding."""
    network = TunableNetwork(DrawnTrunk(), drawn_head(dim=8), part="all", rank=rank)
    with torch.no_grad():
        for name, tensor in network.tensors.items():
            if name.endswith(".up"):
                tensor.fill_(0.01)
    at_once: list[int] = []

    def embed(rows: Rows) -> tuple[Tensor, Tensor]:
        made = network.embeddings(network.stem(CROPS[rows]))
        if made.requires_grad:
            at_once.append(len(rows))
        return made, torch.zeros_like(made.detach())

    batch = ChunkedBatch(embed, ROWS, chunk=chunk)
    triplets = batch_hard_triplets(batch.embeddings, LABELS)
    loss = triplet_loss(batch.embeddings, triplets, margin=0.5) + 0.3 * drift(batch.embeddings, batch.held)
    batch.backward(loss)
    return {name: tensor.grad for name, tensor in network.tensors.items() if tensor.grad is not None}, at_once


@pytest.mark.parametrize("rank", [None, 2])
@pytest.mark.parametrize("chunk", [5, 12])
def test_gradients_are_those_of_one_large_batch(chunk: int, rank: int | None) -> None:
    whole, together = gradients(len(ROWS), rank=rank)
    parts, apart = gradients(chunk, rank=rank)
    assert together == [len(ROWS)]
    assert max(apart) == chunk
    assert sum(apart) == len(ROWS)
    assert whole.keys() == parts.keys()
    assert len(whole) > 13
    for name, gradient in whole.items():
        scale = float(gradient.abs().max())
        assert scale > 0
        assert torch.allclose(parts[name], gradient, rtol=1e-4, atol=1e-5 * scale), name
