"""Show what the index could trade, recall against time, on a library's own faces, and what it chose."""

from dataclasses import dataclass

from recog.index.faiss_index import FaceIndex
from recog.index.shortlist import RECALL_AT_1, RECALL_AT_10, Setting
from recog.index.structures import FLAT_LIMIT, Kind

FEWEST = 1_000
"""Faces below which lists are not worth a look."""


@dataclass(frozen=True, slots=True)
class IndexTuning:
    """`index-tune`: kind, nlist and nprobe are in use; nprobe is None where every face is looked at.

    settings are ever wider searches of lists: those in use, or such as the library would get if it were large (none
    below 1,000 faces). Times are milliseconds a probe when `probes` are asked at once.
    """

    faces: int
    kind: Kind
    device: str
    nlist: int | None
    nprobe: int | None
    reason: str
    settings: tuple[Setting, ...]
    lists: int | None
    exact_milliseconds: float | None
    probes: int


def tune(index: FaceIndex) -> IndexTuning:
    """Measure ever wider searches against exact ones, on up to 1,000 faces of the index."""
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


def _reason(index: FaceIndex) -> str:
    if index.kind == "ivf":
        return (
            f"above {FLAT_LIMIT:,} faces a shortlist comes first; {index.nprobe} of {index.nlist} lists is about the "
            f"smallest number that found the nearest face at least {RECALL_AT_1:.0%} and the 10 nearest at least "
            f"{RECALL_AT_10:.0%} of the time when the index was built"
        )
    if index.device != "cpu":
        return "a GPU looks at every face"
    return f"up to {FLAT_LIMIT:,} faces every search looks at every face"
