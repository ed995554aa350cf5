"""The head with a correction: its formula in plain loops, its start, and that it learns what no linear head can."""

import math

import numpy as np
import torch
from numpy.typing import NDArray

from recog.train.head import LinearHead
from recog.train.residual_head import ResidualHead, ResidualLearner, residual_head, train_residual_head
from recog.train.sampler import BatchShape
from recog.train.settings import TrainSettings

RANDOM = np.random.default_rng(0)
START = LinearHead(RANDOM.normal(0, 0.5, (4, 6)).astype(np.float32), np.full(4, 0.1, dtype=np.float32))


def slow_embedding(head: ResidualHead, row: NDArray[np.float32]) -> list[float]:
    linear = [
        sum(w * x for w, x in zip(ws, row, strict=True)) + b
        for ws, b in zip(head.linear.weight, head.linear.bias, strict=True)
    ]
    length = math.sqrt(sum(float(value) ** 2 for value in linear))
    unit = [float(value) / length for value in linear]
    units = [
        max(sum(w * u for w, u in zip(ws, unit, strict=True)) + b, 0)
        for ws, b in zip(head.hidden, head.hidden_bias, strict=True)
    ]
    summed = [u + sum(w * h for w, h in zip(ws, units, strict=True)) for u, ws in zip(unit, head.output, strict=True)]
    length = math.sqrt(sum(value**2 for value in summed))
    return [value / length for value in summed]


def test_the_embedding_is_that_of_the_formula_in_numpy_and_in_torch() -> None:
    features = RANDOM.normal(0, 1, (5, 6)).astype(np.float32)
    learner = ResidualLearner(features, START, units=3, seed=0)
    with torch.no_grad():
        learner.tensors["output"].copy_(torch.from_numpy(RANDOM.normal(0, 1, (4, 3)).astype(np.float32)))
        learner.tensors["hidden_bias"].fill_(0.2)
    head = residual_head(learner.tensors)
    slow = [slow_embedding(head, row) for row in features]
    assert np.allclose(head.embed(features), slow, atol=1e-5)
    assert np.allclose(learner.embed(np.arange(5), 1)[0].detach().numpy(), slow, atol=1e-5)
    assert np.allclose(learner.embed_all(), slow, atol=1e-5)


def test_it_begins_as_the_linear_head() -> None:
    features = RANDOM.normal(0, 1, (5, 6)).astype(np.float32)
    head = residual_head(ResidualLearner(features, START, units=8, seed=1).tensors)
    assert np.allclose(head.embed(features), START.embed(features), atol=1e-6)
    mirrored = features[::-1]
    assert np.allclose(head.embed_flipped(features, mirrored), START.embed_flipped(features, mirrored), atol=1e-6)


def test_it_separates_people_that_no_linear_head_can() -> None:
    """Two people at the corners of a square, each on a diagonal: exclusive or."""
    corners = np.array([[1, 1], [-1, -1], [1, -1], [-1, 1]], dtype=np.float32)
    features = np.repeat(corners, 12, axis=0) + RANDOM.normal(0, 0.1, (48, 2)).astype(np.float32)
    labels = np.repeat(np.array([0, 0, 1, 1], dtype=np.int64), 12)
    same = labels[:, None] == labels[None, :]

    def gap(head: ResidualHead) -> dict[str, float]:
        similarity = head.embed(features.astype(np.float32)) @ head.embed(features.astype(np.float32)).T
        return {"gap": float(similarity[same].mean() - similarity[~same].mean())}

    start = LinearHead(np.eye(2, dtype=np.float32), np.zeros(2, dtype=np.float32))
    settings = TrainSettings(
        batch=BatchShape(people=2, photos=12), selection="batch-all", margin=0.5, learning_rate=2e-2, hold=0.0,
        steps=200, validate_every=50,
    )  # fmt: skip
    run = train_residual_head(
        features.astype(np.float32), labels, settings, start=start, units=16, validate=gap, score="gap"
    )
    assert run.history[0].scores["gap"] < 0.1
    assert gap(run.head)["gap"] > 1.0
