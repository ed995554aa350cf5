"""Missing files, as text."""

from collections import Counter

from recog.library.indexing.prune import MissingPhotos
from recog.printable import printable
from recog.render.figures import count
from recog.render.table import table

LINES_SHOWN = 20
"""Folders, and people, that are listed; the JSON document lists all files."""


def missing_text(found: MissingPhotos) -> str:
    """Write how many files are missing from which folders, and what goes, or went, with them."""
    where = "" if found.folder is None else f" in {printable(found.folder)}"
    folders = Counter(path.parent for path in found.files)
    rows = [(f"{number:,}", printable(folder)) for folder, number in sorted(folders.items())]
    missing = f"{count(len(found.files), 'missing file')}{where}"
    what = f"{count(found.photos, 'photo')} with {count(found.faces, 'face')}"
    names = ", ".join(f"{printable(name)} {number:,}" for name, number in found.confirmed[:LINES_SHOWN])
    confirmed = f", of which confirmed: {names}{_more(len(found.confirmed))}" if names else ""
    if not found.files:
        lines = [f"No file{where} is missing."]
    elif not found.photos:
        done = "Dropped " if found.dropped else ""
        lines = [f"{done}{missing}; other files show the same photos, which stay."]
    elif found.dropped:
        lines = [f"Dropped {missing}, and with them {what}{confirmed}."]
    else:
        lines = [f"{missing}. No other file shows {what}{confirmed}."]
    if rows:
        shown = table(("files", "folder"), rows[:LINES_SHOWN], right=(0,))
        lines.append(f"{shown}{_more(len(rows), chr(10))}")
    said = "is no root any more" if found.dropped else "is a root of which nothing is left then, and goes too"
    lines += [f"{printable(root)} {said}." for root in found.roots]
    if found.files and found.roots and not found.dropped:
        lines.append("If only its disk is not mounted, mount it and keep them.")
    return "\n".join(lines)


def _more(number: int, before: str = ", ") -> str:
    return f"{before}... and {number - LINES_SHOWN:,} more" if number > LINES_SHOWN else ""
