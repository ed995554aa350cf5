"""Rows of text as aligned columns, measured in terminal cells, so that wide characters line up too."""

from collections.abc import Sequence

from rich.cells import cell_len

WIDEST = 120
"""The widest column, in terminal cells: a path may have 4,096 bytes, and every other row would be padded to it."""


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """Write columns two spaces apart under their header; `right` lists the columns that are aligned to the right.

    Cells must be printable (see recog.printable). Nothing is cut or wrapped: if a path is wider than WIDEST, it stays
    whole and pushes the rest of its own row to the right.
    """
    lines = [header, *rows]
    widths = [_width([cell_len(line[column]) for line in lines]) for column in range(len(header))]
    return "\n".join(_line(line, widths, right) for line in lines)


def facts(rows: Sequence[tuple[str, str]]) -> str:
    """Write names and values, one a line, with the values aligned."""
    width = max(cell_len(name) for name, _ in rows)
    return "\n".join(f"{name}{' ' * (width - cell_len(name))}  {value}".rstrip() for name, value in rows)


def _width(lengths: Sequence[int]) -> int:
    """Return the width of a column: that of its widest cell up to WIDEST."""
    return max((length for length in lengths if length <= WIDEST), default=0)


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[int]) -> str:
    padded = []
    for column, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        space = " " * (width - cell_len(cell))
        padded.append(space + cell if column in right else cell + space)
    return "  ".join(padded).rstrip()
