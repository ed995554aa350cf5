"""The linear head: trunk features to unit embeddings, as numbers that can be trained, applied and saved."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load, save
from torch import Tensor
from torch.nn import functional as F

from recog.distance import unit_rows
from recog.types import Embeddings


class FeatureHead(Protocol):
    """Features to embeddings, whatever lies between."""

    def embed(self, features: NDArray[np.float32]) -> Embeddings:
        """(n, width) float32 -> (n, dim) float32 of unit length."""

    def embed_flipped(self, features: NDArray[np.float32], mirrored: NDArray[np.float32]) -> Embeddings:
        """Unit sum of the embeddings of crops and of their mirror images, (n, width) twice -> (n, dim)."""


@dataclass(frozen=True, slots=True)
class LinearHead:
    """embedding = unit(weight @ features + bias); weight (dim, width) and bias (dim,), float32."""

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    def embed(self, features: NDArray[np.float32]) -> Embeddings:
        """(n, width) float32 -> (n, dim) float32 of unit length."""
        return unit_rows(features @ self.weight.T + self.bias)

    def embed_flipped(self, features: NDArray[np.float32], mirrored: NDArray[np.float32]) -> Embeddings:
        """Unit sum of the embeddings of crops and of their mirror images, (n, width) twice -> (n, dim)."""
        return unit_rows(self.embed(features) + self.embed(mirrored))

    def to_bytes(self) -> bytes:
        """The safetensors file: tensors "weight" and "bias"."""
        blob: bytes = save({"weight": np.ascontiguousarray(self.weight), "bias": np.ascontiguousarray(self.bias)})
        return blob

    @property
    def sha256(self) -> str:
        """Digest of the safetensors file, hex."""
        return sha256(self.to_bytes()).hexdigest()


def read_head(path: Path) -> LinearHead:
    """Read a head that `recog train head` wrote; the caller has checked its digest."""
    tensors = load(path.read_bytes())
    return LinearHead(weight=tensors["weight"], bias=tensors["bias"])


def unit_outputs(features: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """The differentiable twin of LinearHead.embed, (b, width) -> (b, dim)."""
    return F.normalize(F.linear(features, weight, bias), dim=1)
