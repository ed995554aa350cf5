"""Where a run stands, on disk: one safetensors file from which it goes on to the very same numbers."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from recog.durable import make_output_directory, put
from recog.errors import TrainingError
from recog.train.collapse import StepFacts

_FORMAT = "recog checkpoint 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A validated step; scores are the validation's own, best tells whether this one is kept so far."""

    step: int
    steps: int
    loss: float
    triplets: int
    active: float
    spread: float
    scores: Mapping[str, float]
    best: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """All that a run is after `step`: what it trains, its best so far, its optimiser, and what it has seen.

    now and best are the trained tensors by name; optimiser holds AdamW's tensors as "NAME STATE"; pool are the offline
    triplets in use, (t, 3), generator the state of torch's random numbers. Sampler and augmentation draw from (seed,
    step) alone and have no state.
    """

    step: int
    now: Mapping[str, Tensor]
    best: Mapping[str, Tensor]
    best_step: int
    optimiser: Mapping[str, Tensor]
    pool: Tensor
    generator: Tensor
    history: tuple[Progress, ...]
    recent: tuple[StepFacts, ...]


class CheckpointFile:
    """A checkpoint at `path`, of a run whose `identity` (network, data, settings ...) is JSON.

    A file of a run with another identity is refused: its numbers would mean something else.
    """

    def __init__(self, path: Path, identity: Mapping[str, object]) -> None:
        self.path = path
        self._identity: dict[str, object] = json.loads(json.dumps(identity))

    def write(self, checkpoint: Checkpoint) -> None:
        """Replace the file in one step: a run that dies while writing leaves the one before."""
        tensors = {
            **{f"now {name}": tensor for name, tensor in checkpoint.now.items()},
            **{f"best {name}": tensor for name, tensor in checkpoint.best.items()},
            **{f"optimiser {name}": tensor for name, tensor in checkpoint.optimiser.items()},
            "pool": checkpoint.pool,
            "generator": checkpoint.generator,
        }
        facts = {
            "step": checkpoint.step,
            "best_step": checkpoint.best_step,
            "history": [asdict(each) for each in checkpoint.history],
            "recent": [asdict(each) for each in checkpoint.recent],
            "identity": self._identity,
        }
        blob = save(
            {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()},
            metadata={"format": _FORMAT, "facts": json.dumps(facts)},
        )
        make_output_directory(self.path.parent)
        put(self.path, blob)

    def read(self) -> Checkpoint | None:
        """What lies at path, None where nothing does.

        TrainingError where it is damaged, or of another network, other data or other settings.
        """
        if not self.path.exists():
            return None
        try:
            with safe_open(self.path, framework="pt") as file:
                metadata = file.metadata() or {}
                tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118 - a file, no mapping
            facts = json.loads(metadata["facts"])
            self._check(facts["identity"])
            return Checkpoint(
                step=int(facts["step"]),
                now=_named("now ", tensors),
                best=_named("best ", tensors),
                best_step=int(facts["best_step"]),
                optimiser=_named("optimiser ", tensors),
                pool=tensors["pool"],
                generator=tensors["generator"].to(torch.uint8),
                history=tuple(Progress(**each) for each in facts["history"]),
                recent=tuple(StepFacts(**each) for each in facts["recent"]),
            )
        except (SafetensorError, KeyError, TypeError, ValueError) as error:
            raise TrainingError(
                f"the checkpoint {self.path} is damaged ({type(error).__name__}: {error}): delete it and train anew"
            ) from error

    def expect(self, *, resume: bool) -> None:
        """TrainingError where a run is to begin and another's checkpoint lies there, or to resume and none does."""
        if self.path.exists() and not resume:
            raise TrainingError(
                f"{self.path} is the checkpoint of a run that did not end: resume that run, or delete the file"
            )
        if resume and not self.path.exists():
            raise TrainingError(f"there is no checkpoint {self.path} to resume: begin the run")

    def remove(self) -> None:
        """The run is over; its result stands for itself."""
        self.path.unlink(missing_ok=True)

    def _check(self, found: Mapping[str, object]) -> None:
        for name in sorted({*found, *self._identity}):
            if found.get(name) != self._identity.get(name):
                raise TrainingError(
                    f"the checkpoint {self.path} is of another run: its {name} is {found.get(name)!r} and this run's "
                    f"{self._identity.get(name)!r}; go on with the same, or delete the file and train anew"
                )


def _named(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
