"""What an index is made of: exact rows alone while small, with a shortlist before them when large."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:  # what a manifest says is told without NumPy
    from recog.types import Embeddings, FaceIds

Kind: TypeAlias = Literal["flat", "ivf"]
Batch: TypeAlias = "tuple[FaceIds, Embeddings]"

FLAT_LIMIT = 50_000
"""Faces up to which every search looks at every face: one probe among so many takes about as long as the shortlist of
a million (benchmarks/results/search.csv), so below nothing is gained by answers that are not exact."""


@dataclass(frozen=True, slots=True)
class Recall:
    """Share of the nearest (of the 10 nearest) other faces that the index finds, measured when it was built; 0 to 1."""

    at_1: float
    at_10: float


EXACT = Recall(at_1=1.0, at_10=1.0)


def kind_for(count: int, *, device: str = "cpu") -> Kind:
    """Which structure so many faces get: a GPU looks at every one of them."""
    return "flat" if count <= FLAT_LIMIT or device != "cpu" else "ivf"
