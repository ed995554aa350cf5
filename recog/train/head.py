"""The linear head from trunk features to unit embeddings."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save
from torch import Tensor
from torch.nn import functional as F

from recog.distance import unit_rows
from recog.types import Embeddings


@dataclass(frozen=True, slots=True)
class LinearHead:
    """embedding = unit(weight @ features + bias), with weight (dim, width) and bias (dim,) in float32."""

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    def embed(self, features: NDArray[np.float32]) -> Embeddings:
        """Embed features, (n, width) float32 -> (n, dim) float32 of unit length."""
        return unit_rows(features @ self.weight.T + self.bias)

    def to_bytes(self) -> bytes:
        """Return the safetensors file with the tensors "weight" and "bias"."""
        blob: bytes = save({"weight": np.ascontiguousarray(self.weight), "bias": np.ascontiguousarray(self.bias)})
        return blob

    @property
    def sha256(self) -> str:
        """Return the digest of the safetensors file, hex."""
        return sha256(self.to_bytes()).hexdigest()


class AnyHead(Protocol):
    """What makes embeddings of features: a head in training, or a recog.embed.head.Head with its local centring."""

    def embed(self, features: NDArray[np.float32]) -> Embeddings:
        """Embed features, (n, width) float32 -> (n, dim) float32 of unit length."""


def embed_flipped(head: AnyHead, features: NDArray[np.float32], mirrored: NDArray[np.float32]) -> Embeddings:
    """Return the unit sum of the embeddings of crops and their mirror images, (n, width) twice -> (n, dim)."""
    return unit_rows(head.embed(features) + head.embed(mirrored))


def unit_outputs(features: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Return the embeddings like LinearHead.embed, but differentiable: (b, width) -> (b, dim)."""
    return F.normalize(F.linear(features, weight, bias), dim=1)
