"""The structure of an index: exact rows alone if small, with a shortlist before them if large."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:  # what a manifest says is told without NumPy
    from recog.types import Embeddings, FaceIds

Kind: TypeAlias = Literal["flat", "ivf"]
Batch: TypeAlias = "tuple[FaceIds, Embeddings]"

FLAT_LIMIT = 50_000
"""Up to this number of faces every search looks at every face: a probe then takes about as long as with the shortlist
of a million (benchmarks/results/search.csv), so approximate answers gain nothing below."""


@dataclass(frozen=True, slots=True)
class Recall:
    """Share of the nearest (of the 10 nearest) other faces that the index finds, measured at its building; 0 to 1."""

    at_1: float
    at_10: float


EXACT = Recall(at_1=1.0, at_10=1.0)


def kind_for(count: int, *, device: str = "cpu") -> Kind:
    """Choose the structure for a number of faces; a GPU looks at every face."""
    return "flat" if count <= FLAT_LIMIT or device != "cpu" else "ivf"
