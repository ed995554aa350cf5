"""The checkpoint of a run: one safetensors file from which the run resumes with the same numbers."""

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

_FORMAT = "recog checkpoint 2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A validated step; scores come from the validation, best says whether it was the best so far."""

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
    """The state of a run after `step`.

    now and best are the trained tensors by name, current and best so far. optimiser holds AdamW's tensors as "NAME
    STATE", pool the offline triplets in use, (t, 3), bank the state of the memory bank, generator that of torch's
    random numbers. Sampler and augmentation have no state, because they draw from (seed, step).
    """

    step: int
    now: Mapping[str, Tensor]
    best: Mapping[str, Tensor]
    best_step: int
    optimiser: Mapping[str, Tensor]
    pool: Tensor
    bank: Mapping[str, Tensor]
    generator: Tensor
    history: tuple[Progress, ...]
    recent: tuple[StepFacts, ...]


class CheckpointFile:
    """A checkpoint at `path` of the run with this `identity`: network, data, settings ..., as JSON.

    A checkpoint of a run with another identity is refused.
    """

    def __init__(self, path: Path, identity: Mapping[str, object]) -> None:
        self.path = path
        self._identity: dict[str, object] = json.loads(json.dumps(identity))

    def write(self, checkpoint: Checkpoint) -> None:
        """Replace the file atomically: a run that dies while writing leaves the previous checkpoint."""
        tensors = {
            **{f"now {name}": tensor for name, tensor in checkpoint.now.items()},
            **{f"best {name}": tensor for name, tensor in checkpoint.best.items()},
            **{f"optimiser {name}": tensor for name, tensor in checkpoint.optimiser.items()},
            **{f"bank {name}": tensor for name, tensor in checkpoint.bank.items()},
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
        """Return the checkpoint, or None if there is no file.

        Raises:
            TrainingError: the file is damaged, or of another network, other data or other settings.
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
                bank=_named("bank ", tensors),
                generator=tensors["generator"].to(torch.uint8),
                history=tuple(Progress(**each) for each in facts["history"]),
                recent=tuple(StepFacts(**each) for each in facts["recent"]),
            )
        except (SafetensorError, KeyError, TypeError, ValueError) as error:
            raise TrainingError(
                f"the checkpoint {self.path} is damaged ({type(error).__name__}: {error}): delete it and train again"
            ) from error

    def expect(self, *, resume: bool) -> None:
        """Raise TrainingError if a new run finds a checkpoint, or a resumed run finds none."""
        if self.path.exists() and not resume:
            raise TrainingError(
                f"{self.path} is the checkpoint of an unfinished run: resume that run, or delete the file"
            )
        if resume and not self.path.exists():
            raise TrainingError(f"there is no checkpoint {self.path} to resume: begin the run")

    def remove(self) -> None:
        """Delete the file at the end of the run."""
        self.path.unlink(missing_ok=True)

    def _check(self, found: Mapping[str, object]) -> None:
        for name in sorted({*found, *self._identity}):
            if found.get(name) != self._identity.get(name):
                raise TrainingError(
                    f"the checkpoint {self.path} is of another run: its {name} is {found.get(name)!r}, this run's is "
                    f"{self._identity.get(name)!r}; resume with the same options, or delete the file and train again"
                )


def _named(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
