"""A head that is not linear: a linear one, corrected by a small network of its own embedding that begins at nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from recog.distance import unit_rows
from recog.evaluate.labelled_faces import Labels
from recog.train.checkpoint import CheckpointFile, Progress
from recog.train.head import LinearHead, unit_outputs
from recog.train.loop import Scores, train
from recog.train.sampler import Rows
from recog.train.settings import TrainSettings
from recog.types import Embeddings


@dataclass(frozen=True, slots=True)
class ResidualHead:
    """embedding = unit(u + output @ relu(hidden @ u + hidden_bias)), where u is the linear head's embedding.

    hidden is (units, dim), hidden_bias (units,), output (dim, units), all float32. With output 0 it is the linear head.
    The trainer's alone: the product loads linear heads (see benchmarks/results/training.csv for what it gained).
    """

    linear: LinearHead
    hidden: NDArray[np.float32]
    hidden_bias: NDArray[np.float32]
    output: NDArray[np.float32]

    def embed(self, features: NDArray[np.float32]) -> Embeddings:
        """(n, width) float32 -> (n, dim) float32 of unit length."""
        linear = self.linear.embed(features)
        return unit_rows(linear + np.maximum(linear @ self.hidden.T + self.hidden_bias, 0) @ self.output.T)

    def embed_flipped(self, features: NDArray[np.float32], mirrored: NDArray[np.float32]) -> Embeddings:
        """Unit sum of the embeddings of crops and of their mirror images, (n, width) twice -> (n, dim)."""
        return unit_rows(self.embed(features) + self.embed(mirrored))


@dataclass(frozen=True, slots=True)
class TrainedResidualHead:
    """The best head seen, the step it is of (0: the linear start itself), and every validated step."""

    head: ResidualHead
    step: int
    history: tuple[Progress, ...]
    warnings: tuple[str, ...]


def train_residual_head(
    features: NDArray[np.float32],
    labels: Labels,
    settings: TrainSettings,
    *,
    start: LinearHead,
    units: int,
    validate: Callable[[ResidualHead], Scores],
    score: str,
    never_below: Sequence[str] = (),
    checkpoint: CheckpointFile | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> TrainedResidualHead:
    """Train linear map and correction together from `start`, held near it by settings.hold; as head_training does."""
    if features.ndim != 2 or labels.shape != (len(features),) or units < 1:
        raise ValueError(f"features {features.shape}, labels {labels.shape}, {units} units: not (n, width), (n,), > 0")
    learner = ResidualLearner(features, start, units=units, seed=settings.seed)
    run = train(
        learner,
        labels,
        settings,
        validate=lambda: validate(residual_head(learner.tensors)),
        score=score,
        never_below=never_below,
        checkpoint=checkpoint,
        progress=progress,
    )
    return TrainedResidualHead(residual_head(run.best), run.step, run.history, run.warnings)


class ResidualLearner:
    """A residual head on (n, width) features, at first equal to `start`."""

    def __init__(self, features: NDArray[np.float32], start: LinearHead, *, units: int, seed: int) -> None:
        self._features = torch.from_numpy(features)
        self._start = (torch.from_numpy(start.weight.copy()), torch.from_numpy(start.bias.copy()))
        dim = len(start.weight)
        # He et al. 2015, arXiv:1502.01852: the units of unit inputs, of entries about 1 / sqrt(dim), begin about 1.
        drawn = np.random.default_rng(seed).normal(0, np.sqrt(2), (units, dim)).astype(np.float32)
        tensors = {
            "weight": self._start[0].clone(),
            "bias": self._start[1].clone(),
            "hidden": torch.from_numpy(drawn),
            "hidden_bias": torch.zeros(units),
            "output": torch.zeros(dim, units),
        }
        self.tensors: Mapping[str, Tensor] = {name: tensor.requires_grad_() for name, tensor in tensors.items()}

    def embed(self, rows: Rows, step: int) -> tuple[Tensor, Tensor]:  # noqa: ARG002 - nothing is left to chance
        """Embeddings of these rows, and those that the start gives them."""
        batch, tensors = self._features[torch.from_numpy(rows)], self.tensors
        with torch.no_grad():
            held = unit_outputs(batch, *self._start)
        linear = unit_outputs(batch, tensors["weight"], tensors["bias"])
        units = F.linear(linear, tensors["hidden"], tensors["hidden_bias"]).relu()
        return F.normalize(linear + F.linear(units, tensors["output"]), dim=1), held

    def embed_all(self) -> Embeddings:
        """Of every row."""
        return residual_head(self.tensors).embed(self._features.numpy())


def residual_head(tensors: Mapping[str, Tensor]) -> ResidualHead:
    """A copy of the learner's tensors."""
    copies = {name: tensor.detach().cpu().numpy().copy() for name, tensor in tensors.items()}
    linear = LinearHead(copies.pop("weight"), copies.pop("bias"))
    return ResidualHead(linear, **copies)
