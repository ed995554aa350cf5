"""A sheet of scores: facts, tables and plots, for a terminal or for a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from recog.render.table import facts, table


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """A table of printable cells; `right` lists the columns that are aligned to the right."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The result of a measurement; notes are sentences on how to read it."""

    title: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[ScoreTable, ...]
    notes: tuple[str, ...] = ()


def score_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, left: Sequence[int] = (0,)) -> ScoreTable:
    """Make a table whose columns are aligned to the right, except those in `left`."""
    right = tuple(column for column in range(len(header)) if column not in left)
    return ScoreTable(tuple(header), tuple(tuple(row) for row in rows), right)


def sheet_text(sheet: Sheet) -> str:
    """Write facts, then tables, then notes, for a terminal."""
    blocks = [facts(sheet.facts), *(table(one.header, one.rows, right=one.right) for one in sheet.tables)]
    return "\n\n".join([*blocks, *sheet.notes])
