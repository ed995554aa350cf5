"""Tensors of a trunk that were trained with a head, in a file beside it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load

from recog.errors import WeightsMismatchError, WeightsMissingError


class Shaped(Protocol):
    """An array of NumPy or a tensor of torch."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """The content of a file NAME.trunk.safetensors."""

    path: Path
    content: bytes

    def sha256_over(self, trunk_sha256: str) -> str:
        """Return the hex digest of a trunk with these tensors, because heads of the original trunk do not fit it."""
        return tuned_sha256(trunk_sha256, self.content)

    def tensors_for(self, own: Mapping[str, Shaped]) -> dict[str, NDArray[np.float32]]:
        """Return the tensors that replace a trunk's own, by name.

        Raises WeightsMismatchError if the file is damaged or belongs to another network.
        """
        try:
            tuned = load(self.content)
        except SafetensorError as error:
            raise WeightsMismatchError(f"{self.path} is damaged ({error}): train it again") from error
        strange = [name for name, one in tuned.items() if name not in own or tuple(own[name].shape) != one.shape]
        if strange or not tuned:
            raise WeightsMismatchError(
                f"{self.path} belongs to another network: it has {len(strange)} tensors of other names or shapes"
            )
        return {name: one.astype(np.float32) for name, one in tuned.items()}


def read_tuning(head: str, *, directory: Path) -> Tuning:
    """Read HEAD.trunk.safetensors, the file of a head's trunk; WeightsMissingError if it cannot be read."""
    path = directory / f"{head}.trunk.safetensors"
    try:
        return Tuning(path, path.read_bytes())
    except OSError as error:
        raise WeightsMissingError(
            f"the head {head} was trained with blocks of its trunk, and {path} cannot be read ({error.strerror}): "
            "put it back beside the head, or train again"
        ) from error


def tuned_sha256(trunk_sha256: str, content: bytes) -> str:
    """Return the hex digest of a trunk some of whose tensors are replaced by those of a file."""
    return hashlib.sha256(f"{trunk_sha256}\ntuned {hashlib.sha256(content).hexdigest()}\n".encode()).hexdigest()
