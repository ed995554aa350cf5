"""Trade-off of the index between recall and time, on a library's own faces, and the chosen setting."""

from dataclasses import dataclass

from recog.index.faiss_index import FaceIndex
from recog.index.shortlist import RECALL_AT_1, RECALL_AT_10, Setting
from recog.index.structures import FLAT_LIMIT

FEWEST = 1_000
"""Fewest faces for which inverted lists are measured."""


@dataclass(frozen=True, slots=True)
class IndexTuning:
    """`index-tune`: the index in use, and what other settings would give.

    kind, nlist, nprobe: in use; nprobe is None if the search is exhaustive. settings: measured searches with a growing
    nprobe, of the lists in use or of those that a large library would get (none below 1,000 faces). Of an index of
    kind 'hnsw', nprobe is the width of the search (ef), and there are no lists. Times are milliseconds per probe in a
    batch of `probes`.
    """

    faces: int
    kind: str
    device: str
    nlist: int | None
    nprobe: int | None
    reason: str
    settings: tuple[Setting, ...]
    lists: int | None
    exact_milliseconds: float | None
    probes: int


def tune(index: FaceIndex) -> IndexTuning:
    """Measure searches with a growing nprobe against exact search, on up to 1,000 faces of the index."""
    shown = index if index.kind == "ivf" else index.rebuilt("ivf") if index.count >= FEWEST else None
    curve = None if shown is None else shown.curve()
    return IndexTuning(
        faces=index.count,
        kind=index.kind,
        device=index.device,
        nlist=index.nlist,
        nprobe=index.nprobe,
        reason=_reason(index),
        settings=curve.settings if curve else (),
        lists=None if shown is None else shown.nlist,
        exact_milliseconds=curve.exact_milliseconds if curve else None,
        probes=curve.probes if curve else 0,
    )


def promised() -> str:
    """Return the recall that recog promises, as the end of a clause."""
    return (
        f"found the nearest face at least {RECALL_AT_1:.0%} and the 10 nearest at least {RECALL_AT_10:.0%} of the time"
    )


def _reason(index: FaceIndex) -> str:
    if index.kind == "ivf":
        return (
            f"above {FLAT_LIMIT:,} faces a shortlist comes first; {index.nprobe} of {index.nlist} lists is about the "
            f"smallest number that {promised()} when the index was built"
        )
    if index.device != "cpu":
        return "a GPU looks at every face"
    return f"up to {FLAT_LIMIT:,} faces every search looks at every face"
