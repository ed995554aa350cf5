"""Train a linear head on computed features: rows of any width with a label each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recog.evaluate.labelled_faces import Labels
from recog.train.checkpoint import CheckpointFile, Progress
from recog.train.head import LinearHead, unit_outputs
from recog.train.loop import Scores, train
from recog.train.sampler import Rows
from recog.train.settings import TrainSettings
from recog.types import Embeddings


@dataclass(frozen=True, slots=True)
class TrainedHead:
    """The best head, its step (0 is the start itself), and every validated step."""

    head: LinearHead
    step: int
    history: tuple[Progress, ...]
    warnings: tuple[str, ...]


def train_head(
    features: NDArray[np.float32],
    labels: Labels,
    settings: TrainSettings,
    *,
    start: LinearHead,
    validate: Callable[[LinearHead], Scores],
    score: str,
    never_below: Sequence[str] = (),
    checkpoint: CheckpointFile | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> TrainedHead:
    """Train from `start` on (n, width) features with (n,) labels and return the head that validated best.

    See loop.train for the validation, the errors and the checkpoint. The trunk is not needed, so a run takes minutes.
    """
    if features.ndim != 2 or labels.shape != (len(features),):
        raise ValueError(f"features {features.shape} and labels {labels.shape} are not (n, width) and (n,)")
    learner = LinearLearner(features, start)
    run = train(
        learner,
        labels,
        settings,
        validate=lambda: validate(learner.head()),
        score=score,
        never_below=never_below,
        checkpoint=checkpoint,
        progress=progress,
    )
    best = start if run.step == 0 else linear_head(run.best)
    return TrainedHead(best, run.step, run.history, run.warnings)


class LinearLearner:
    """A linear head on (n, width) features that starts from `start`."""

    def __init__(self, features: NDArray[np.float32], start: LinearHead) -> None:
        self._features = torch.from_numpy(features)
        self._start = (torch.from_numpy(start.weight.copy()), torch.from_numpy(start.bias.copy()))
        weight, bias = (tensor.clone().requires_grad_() for tensor in self._start)
        self.tensors: Mapping[str, Tensor] = {"weight": weight, "bias": bias}

    def embed(self, rows: Rows, step: int) -> tuple[Tensor, Tensor]:  # noqa: ARG002 - nothing is random here
        """Return the embeddings of these rows, and their embeddings by the start."""
        batch = self._features[torch.from_numpy(rows)]
        with torch.no_grad():
            held = unit_outputs(batch, *self._start)
        return unit_outputs(batch, self.tensors["weight"], self.tensors["bias"]), held

    def embed_all(self) -> Embeddings:
        """Return the embeddings of every row."""
        return self.head().embed(self._features.numpy())

    def head(self) -> LinearHead:
        """Return the head as it is now."""
        return linear_head(self.tensors)


def linear_head(tensors: Mapping[str, Tensor]) -> LinearHead:
    """Return a head with copies of "weight" and "bias"."""
    return LinearHead(tensors["weight"].detach().cpu().numpy().copy(), tensors["bias"].detach().cpu().numpy().copy())
