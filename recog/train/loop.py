"""The training loop: steps with the triplet loss, validation, checkpoints."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from recog.errors import TrainingError
from recog.evaluate.labelled_faces import Labels
from recog.train.bank import MemoryBank
from recog.train.checkpoint import Checkpoint, CheckpointFile, Progress
from recog.train.chunks import ChunkedBatch
from recog.train.collapse import CollapseWatch, StepFacts
from recog.train.losses import drift, mean_variance, triplet_loss
from recog.train.offline import draw_triplets, mine_triplets
from recog.train.sampler import PersonSampler, Rows
from recog.train.settings import TrainSettings
from recog.train.triplets import active_share, select_triplets
from recog.types import Embeddings

Scores = Mapping[str, float]


class Learner(Protocol):
    """A model that embeds the rows of its training set, with tensors to train."""

    @property
    def tensors(self) -> Mapping[str, Tensor]:
        """Return the leaf tensors that the optimiser moves, by name, always in the same order."""

    def embed(self, rows: Rows, step: int) -> tuple[Tensor, Tensor]:
        """Return the unit embeddings of these rows, (b, dim) with a gradient, and the embeddings to hold them near.

        step seeds all random draws, so that a step can be repeated.
        """

    def embed_all(self) -> Embeddings:
        """Return the embeddings of every row, (n, dim), without randomness or gradient, to mine offline triplets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """The best tensors, their step (0 is the start itself), and every validated step."""

    best: Mapping[str, Tensor]
    step: int
    history: tuple[Progress, ...]
    warnings: tuple[str, ...]


def train(
    learner: Learner,
    labels: Labels,
    settings: TrainSettings,
    *,
    validate: Callable[[], Scores],
    score: str,
    never_below: Sequence[str] = (),
    checkpoint: CheckpointFile | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Trained:
    """Train `learner` on rows with (n,) labels and return the tensors that validated best.

    validate returns named scores of the learner as it is; higher is better. `score` names the score that decides. The
    start competes too, so the result never validates below the start, neither by `score` nor by a score of never_below.

    With a checkpoint file the run resumes from its content, with the same numbers as an undisturbed run, and writes it
    at every validation. The caller removes the file once the result is safe.

    FaceNet (arXiv:1503.03832): P x K batches, online selection, squared distance. Departures: AdamW instead of AdaGrad,
    and a good start that `hold` keeps near.

    Raises:
        TrainingError: training collapsed, or the loss became NaN, before anything was better than the start. After
            that, a collapse ends the run with a warning. The last checkpoint stays.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        run = _Run(
            learner, labels, settings, validate=validate, score=score, never_below=never_below, checkpoint=checkpoint
        )
        return run.run(progress)


class _Run:
    """The state of a run between its steps."""

    def __init__(
        self,
        learner: Learner,
        labels: Labels,
        settings: TrainSettings,
        *,
        validate: Callable[[], Scores],
        score: str,
        never_below: Sequence[str],
        checkpoint: CheckpointFile | None,
    ) -> None:
        self._learner, self._labels, self._settings = learner, labels, settings
        self._validate, self._score, self._never_below = validate, score, never_below
        self._sampler = PersonSampler(labels, settings.batch, seed=settings.seed)
        self._optimiser = torch.optim.AdamW(
            list(learner.tensors.values()), lr=settings.learning_rate, weight_decay=0.0, foreach=False
        )
        self._watch = CollapseWatch()
        self._pool = np.empty((0, 3), dtype=np.int64)
        self._bank = MemoryBank(settings.bank)
        self._best, self._best_step = self._copy(), 0
        self._history: list[Progress] = []
        self._file = checkpoint

    def run(self, progress: Callable[[Progress], None]) -> Trained:
        settings = self._settings
        done = self._begin(progress)
        warnings: list[str] = []
        for step in range(done + 1, settings.steps + 1):
            try:
                facts = self._step(step)
                if step % settings.validate_every and step != settings.steps:
                    continue
                self._keep(step, facts)
            except TrainingError as error:
                if self._best_step == 0:
                    raise
                warnings.append(str(error))
                break
            progress(self._history[-1])
            if self._exhausted():
                break
        if self._watch.idle():
            warnings.append("no triplet was chosen in the last steps: nothing is left to learn at this margin")
        return Trained(best=self._best, step=self._best_step, history=tuple(self._history), warnings=tuple(warnings))

    def _begin(self, progress: Callable[[Progress], None]) -> int:
        """Restore the checkpoint, or score the start if there is none. Return the number of completed steps."""
        kept = None if self._file is None else self._file.read()
        if kept is not None:
            self._restore(kept)
            return kept.step
        start = Progress(
            step=0, steps=self._settings.steps, loss=0.0, triplets=0, active=0.0, spread=0.0, scores=self._validate(),
            best=True,
        )  # fmt: skip
        self._history.append(start)
        progress(start)
        return 0

    def _step(self, step: int) -> StepFacts:
        settings, margin = self._settings, self._settings.margin_at(step)
        rows, mined = self._batch(step)
        batch = ChunkedBatch(lambda part: self._learner.embed(part, step), rows, chunk=settings.chunk)
        embeddings = batch.embeddings
        labels = torch.from_numpy(self._labels[rows]).to(embeddings.device)
        candidates, candidate_labels = self._bank.beside(embeddings, labels)
        triplets = (
            select_triplets(
                candidates, candidate_labels, settings.selection,
                margin=margin, squared=settings.squared, anchors=len(rows),
            )
            if mined is None
            else mined.to(embeddings.device)
        )  # fmt: skip
        loss = triplet_loss(
            candidates,
            triplets,
            margin=margin,
            squared=settings.squared,
            mean_over="positive" if settings.selection == "batch-all" else "all",
        )
        active = active_share(embeddings, labels, margin=margin, squared=settings.squared)
        facts = StepFacts(step, margin, float(loss.detach()), len(triplets), active, mean_variance(embeddings))
        self._watch.see(facts)
        self._optimiser.zero_grad()
        batch.backward(loss + settings.hold * drift(embeddings, batch.held))
        self._optimiser.step()
        self._bank.add(embeddings, labels)
        return facts

    def _batch(self, step: int) -> tuple[Rows, Tensor | None]:
        """Return the rows of a step and, if they were mined offline, their triplets as positions in these rows."""
        settings = self._settings
        if settings.selection != "offline":
            return self._sampler.batch(step), None
        if (step - 1) % settings.mine_every == 0:
            self._pool = mine_triplets(
                self._embed_all(step), self._labels, margin=settings.margin, squared=settings.squared
            )
        if not len(self._pool):
            return self._sampler.batch(step), torch.empty((0, 3), dtype=torch.int64)
        count = settings.batch.people * settings.batch.photos
        drawn = draw_triplets(self._pool, count=count, seed=settings.seed, step=step)
        rows, places = np.unique(drawn, return_inverse=True)
        return rows, torch.from_numpy(places.reshape(drawn.shape).astype(np.int64))

    def _embed_all(self, step: int) -> Embeddings:
        try:
            return self._learner.embed_all()
        except ValueError as error:
            raise TrainingError(
                f"step {step}: triplets cannot be mined ({error}): look for NaN in the features, or lower the "
                "learning rate"
            ) from error

    def _keep(self, step: int, facts: StepFacts) -> None:
        """Validate, keep the best tensors, write a checkpoint."""
        if not all(bool(torch.isfinite(tensor).all()) for tensor in self._learner.tensors.values()):
            raise TrainingError(
                f"step {step}: the trained weights are NaN or infinite: lower the learning rate; the last checkpoint "
                "and the best weights so far are kept"
            )
        scores, start_scores = self._validate(), self._history[0].scores
        best_score = max(each.scores[self._score] for each in self._history if each.best)
        fallen = any(scores[name] < start_scores[name] for name in self._never_below)
        better = scores[self._score] > best_score and not fallen
        if better:
            self._best, self._best_step = self._copy(), step
        self._history.append(
            Progress(
                step=step, steps=self._settings.steps, loss=facts.loss, triplets=facts.triplets, active=facts.active,
                spread=facts.spread, scores=scores, best=better,
            )
        )  # fmt: skip
        if self._file is not None:
            self._file.write(self._checkpoint(step))

    def _exhausted(self) -> bool:
        """Return whether as many validations as `patience` have passed since the best one."""
        since = len(self._history) - 1 - max(at for at, each in enumerate(self._history) if each.best)
        return self._settings.patience is not None and since >= self._settings.patience

    def _copy(self) -> dict[str, Tensor]:
        return {name: tensor.detach().clone() for name, tensor in self._learner.tensors.items()}

    def _checkpoint(self, step: int) -> Checkpoint:
        state = self._optimiser.state
        return Checkpoint(
            step=step,
            now=self._copy(),
            best=self._best,
            best_step=self._best_step,
            optimiser={
                f"{name} {key}": value
                for name, tensor in self._learner.tensors.items()
                for key, value in state[tensor].items()
            },
            pool=torch.from_numpy(self._pool),
            bank=self._bank.state,
            generator=torch.get_rng_state(),
            history=tuple(self._history),
            recent=self._watch.recent,
        )

    def _restore(self, kept: Checkpoint) -> None:
        tensors = self._learner.tensors
        if {name: tensor.shape for name, tensor in tensors.items()} != {n: t.shape for n, t in kept.now.items()}:
            raise TrainingError("the checkpoint is of another network: its tensors have other names or shapes")
        with torch.no_grad():
            for name, tensor in tensors.items():
                tensor.copy_(kept.now[name])
                self._optimiser.state[tensor] = {
                    key.rpartition(" ")[2]: value if value.ndim == 0 else value.to(tensor.device)
                    for key, value in kept.optimiser.items()
                    if key.rpartition(" ")[0] == name
                }
        self._best = {name: tensor.to(tensors[name].device) for name, tensor in kept.best.items()}
        self._best_step = kept.best_step
        self._pool = kept.pool.numpy()
        self._bank = MemoryBank(self._settings.bank, kept.bank)
        torch.set_rng_state(kept.generator)
        self._history = list(kept.history)
        self._watch = CollapseWatch(kept.recent)
