"""Tensors of a trunk that were trained with a head, in a file beside it."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load

from recog.errors import WeightsMismatchError, WeightsMissingError

UP, DOWN = ".up", ".down"
"""Ends of the names of two tensors that change the tensor NAME by a low rank: NAME.up @ NAME.down is added to it."""


class Shaped(Protocol):
    """An array of NumPy or a tensor of torch."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """The content of a file NAME.trunk.safetensors; weights names the trunk whose tensors it changes."""

    path: Path
    content: bytes
    weights: str

    def sha256_over(self, trunk_sha256: str) -> str:
        """Return the hex digest of a trunk with these tensors, because heads of the original trunk do not fit it."""
        return tuned_sha256(trunk_sha256, self.content)

    def tensors_for(self, own: Mapping[str, Shaped]) -> dict[str, NDArray[np.float32]]:
        """Return the tensors that replace a trunk's own, by name; a low-rank change is added to the trunk's tensor.

        Raises WeightsMismatchError if the file is damaged or belongs to another network.
        """
        try:
            found = {name: one.astype(np.float32) for name, one in load(self.content).items()}
        except SafetensorError as error:
            raise WeightsMismatchError(f"{self.path} is damaged ({error}): train it again") from error
        ups = {name.removesuffix(UP): found.pop(name) for name in list(found) if name.endswith(UP)}
        downs = {name.removesuffix(DOWN): found.pop(name) for name in list(found) if name.endswith(DOWN)}
        strange = [name for name, one in found.items() if name not in own or tuple(own[name].shape) != one.shape]
        strange += [name for name in {*ups, *downs} if not _changes(own.get(name), ups.get(name), downs.get(name))]
        if strange or not (found or ups):
            raise WeightsMismatchError(
                f"{self.path} belongs to another network: it has {len(strange)} tensors of other names or shapes"
            )
        for name, up in ups.items():
            kernel = np.asarray(own[name], dtype=np.float32)
            found[name] = kernel + (up @ downs[name]).reshape(kernel.shape)
        return found


def _changes(own: Shaped | None, up: Shaped | None, down: Shaped | None) -> bool:
    """Return whether up (out, rank) and down (rank, in) make a change of a trunk's own tensor (out, ...)."""
    if own is None or up is None or down is None or len(up.shape) != 2 or len(down.shape) != 2:
        return False
    out, width = own.shape[0], math.prod(own.shape[1:])
    return up.shape == (out, down.shape[0]) and down.shape[1] == width


def read_tuning(head: str, *, directory: Path, weights: str) -> Tuning:
    """Read HEAD.trunk.safetensors, the changes of the trunk `weights`; WeightsMissingError if it cannot be read."""
    path = directory / f"{head}.trunk.safetensors"
    try:
        return Tuning(path, path.read_bytes(), weights)
    except OSError as error:
        raise WeightsMissingError(
            f"the head {head} was trained with blocks of its trunk, and {path} cannot be read ({error.strerror}): "
            "put it back beside the head, or train again"
        ) from error


def tuned_sha256(trunk_sha256: str, content: bytes) -> str:
    """Return the hex digest of a trunk some of whose tensors are replaced by those of a file."""
    return hashlib.sha256(f"{trunk_sha256}\ntuned {hashlib.sha256(content).hexdigest()}\n".encode()).hexdigest()
