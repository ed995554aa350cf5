"""Train a linear head on cached trunk features with the triplet loss."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recog.errors import TrainingError
from recog.train.collapse import CollapseWatch, StepFacts
from recog.train.head import LinearHead, unit_outputs
from recog.train.losses import drift, mean_variance, triplet_loss
from recog.train.sampler import BatchShape, Labels, PersonSampler
from recog.train.triplets import (
    active_share,
    batch_hard_triplets,
    nearest_semi_hard_triplets,
    semi_hard_triplets,
    valid_triplets,
)

Selection = Literal["semi-hard", "nearest-semi-hard", "batch-hard", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainSettings:
    """How to train; margin is in squared distance, steps are batches.

    hold weighs the drift from the start (see losses.drift). validate_every counts steps.
    """

    batch: BatchShape = field(default_factory=BatchShape)
    selection: Selection = "semi-hard"
    margin: float = 0.2
    learning_rate: float = 1e-4
    hold: float = 20.0
    steps: int = 400
    validate_every: int = 25
    seed: int = 0

    def __post_init__(self) -> None:
        if not (0 < self.margin < 4 and self.learning_rate > 0 and self.hold >= 0):
            raise TrainingError(
                f"margin {self.margin} must lie in (0, 4), learning rate {self.learning_rate} above 0, "
                f"hold {self.hold} at or above 0"
            )
        if self.steps < 1 or self.validate_every < 1:
            raise TrainingError(f"{self.steps} steps, validated every {self.validate_every}: both are at least 1")


@dataclass(frozen=True, slots=True)
class Progress:
    """A validated step; scores are the validation's own, best tells whether this head is the one kept so far."""

    step: int
    steps: int
    loss: float
    triplets: int
    active: float
    spread: float
    scores: Mapping[str, float]
    best: bool


@dataclass(frozen=True, slots=True)
class TrainedHead:
    """The best head seen, the step it is of (0: the start itself), and every validated step."""

    head: LinearHead
    step: int
    history: tuple[Progress, ...]
    warnings: tuple[str, ...]


Validate = Callable[[LinearHead], Mapping[str, float]]


def train_head(
    features: NDArray[np.float32],
    labels: Labels,
    settings: TrainSettings,
    *,
    start: LinearHead,
    validate: Validate,
    score: str,
    never_below: Sequence[str] = (),
    progress: Callable[[Progress], None] = lambda _: None,
) -> TrainedHead:
    """Train from `start` on (n, width) features with (n,) labels; keep the head that validates best.

    validate gives named scores of a head, higher is better; `score` names the one that decides. The start competes too,
    so the result never validates below it, nor does it by any score of never_below.

    FaceNet (arXiv:1503.03832): P x K batches, online selection, squared distance. Departures: the trunk is frozen and
    the head linear, so features are read once and a run takes minutes; AdamW for AdaGrad; the head is held near its
    start. A collapse or a loss that is no number ends the run: with a better head than the start in hand it is a
    warning, else a TrainingError.
    """
    if features.ndim != 2 or labels.shape != (len(features),):
        raise ValueError(f"features {features.shape} and labels {labels.shape} are not (n, width) and (n,)")
    sampler = PersonSampler(labels, settings.batch, seed=settings.seed)
    rows_of, labels_of = torch.from_numpy(features), torch.from_numpy(labels)
    start_weight, start_bias = torch.from_numpy(start.weight.copy()), torch.from_numpy(start.bias.copy())
    weight, bias = (start_weight.clone().requires_grad_(), start_bias.clone().requires_grad_())
    optimiser = torch.optim.AdamW([weight, bias], lr=settings.learning_rate, weight_decay=0.0)
    watch = CollapseWatch(margin=settings.margin)
    scores = start_scores = validate(start)
    best, best_step, best_score = start, 0, scores[score]
    history = [Progress(0, settings.steps, 0.0, 0, 0.0, 0.0, scores, best=True)]
    progress(history[0])
    warnings: list[str] = []
    for step in range(1, settings.steps + 1):
        rows = torch.from_numpy(sampler.batch(step))
        batch, batch_labels = rows_of[rows], labels_of[rows]
        embeddings = unit_outputs(batch, weight, bias)
        triplets = select_triplets(embeddings, batch_labels, settings)
        loss = triplet_loss(embeddings, triplets, margin=settings.margin)
        active = active_share(embeddings, batch_labels, margin=settings.margin)
        facts = StepFacts(step, float(loss.detach()), len(triplets), active, mean_variance(embeddings))
        try:
            watch.see(facts)
        except TrainingError as error:
            if best_step == 0:
                raise
            warnings.append(str(error))
            break
        held = settings.hold * drift(embeddings, unit_outputs(batch, start_weight, start_bias))
        optimiser.zero_grad()
        torch.autograd.backward(loss + held)
        optimiser.step()
        if step % settings.validate_every and step != settings.steps:
            continue
        head = LinearHead(weight.detach().numpy().copy(), bias.detach().numpy().copy())
        scores = validate(head)
        fallen = any(scores[name] < start_scores[name] for name in never_below)
        better = scores[score] > best_score and not fallen
        if better:
            best, best_step, best_score = head, step, scores[score]
        history.append(
            Progress(step, settings.steps, facts.loss, facts.triplets, facts.active, facts.spread, scores, best=better)
        )
        progress(history[-1])
    if watch.idle():
        warnings.append(f"no {settings.selection} triplet in the last steps: nothing is left to learn at this margin")
    return TrainedHead(best, best_step, tuple(history), tuple(warnings))


def select_triplets(embeddings: Tensor, labels: Tensor, settings: TrainSettings) -> Tensor:
    """The rows that `settings.selection` chooses, (t, 3)."""
    match settings.selection:
        case "semi-hard":
            return semi_hard_triplets(embeddings, labels, margin=settings.margin)
        case "nearest-semi-hard":
            return nearest_semi_hard_triplets(embeddings, labels, margin=settings.margin)
        case "batch-hard":
            return batch_hard_triplets(embeddings, labels)
        case "all":
            return valid_triplets(labels)
