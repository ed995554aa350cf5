"""Files that are gone, as text."""

from collections import Counter

from recog.library.prune import MissingPhotos
from recog.printable import printable
from recog.render.figures import count
from recog.render.table import table

LINES_SHOWN = 20
"""Folders, and people, told; the JSON document holds all files."""


def missing_text(found: MissingPhotos) -> str:
    """How many files are gone from which folders, and what goes, or went, with them."""
    if not found.files:
        return "No file is missing."
    folders = Counter(path.parent for path in found.files)
    rows = [(f"{number:,}", printable(str(folder))) for folder, number in sorted(folders.items())]
    what = f"{count(found.photos, 'photo')} with {count(found.faces, 'face')}"
    names = ", ".join(f"{printable(name)} {number:,}" for name, number in found.confirmed[:LINES_SHOWN])
    confirmed = f", of which confirmed: {names}{_more(len(found.confirmed))}" if names else ""
    head = (
        f"Dropped {count(len(found.files), 'missing file')}, and with them {what}{confirmed}."
        if found.dropped
        else f"{count(len(found.files), 'file')} missing. No other file shows {what}{confirmed}."
    )
    return f"{head}\n{table(('files', 'folder'), rows[:LINES_SHOWN], right=(0,))}{_more(len(rows), chr(10))}"


def _more(number: int, before: str = ", ") -> str:
    return f"{before}... and {number - LINES_SHOWN:,} more" if number > LINES_SHOWN else ""
