"""The curve of `index-tune` as text."""

from recog.library.recognition.index_tuning import IndexTuning
from recog.render.figures import count
from recog.render.table import table

BAR = 40
"""Length of the bar of the slowest search, in characters."""


def tuned(result: IndexTuning) -> str:
    """Write what is in use and why, then each setting in a line: its width, recall, time, and the time as a bar."""
    head = f"{count(result.faces, 'face')}, {result.kind} on {result.device}: {result.reason}."
    if result.exact_milliseconds is None:
        return head
    slowest = max(result.exact_milliseconds, *(one.milliseconds for one in result.settings))
    rows = [
        (
            f"{one.nprobe:,}",
            f"{one.recall.at_1:.3f}",
            f"{one.recall.at_10:.3f}",
            f"{one.milliseconds:.3f}",
            _bar(one.milliseconds, slowest) + (" <- in use" if one.nprobe == result.nprobe else ""),
        )
        for one in result.settings
    ]
    every = "exact" + (" <- in use" if result.kind == "flat" else "")
    bar = _bar(result.exact_milliseconds, slowest)
    rows.append(("all faces", "1.000", "1.000", f"{result.exact_milliseconds:.3f}", f"{bar} {every}"))
    width, searched = "lists visited", f"of {count(result.lists or 0, 'list')}"
    if result.kind == "hnsw":
        width, searched = "width (ef)", "of the server's index"
    elif result.kind == "flat":
        searched += ", as the library would have if it were large"
    return f"{head}\nA search {searched}, {count(result.probes, 'probe')} at once:\n" + table(
        (width, "recall@1", "recall@10", "ms a probe", ""), rows, right=(0, 1, 2, 3)
    )


def _bar(value: float, slowest: float) -> str:
    return "#" * max(1, round(BAR * value / slowest))
