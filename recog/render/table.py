"""Rows of text as aligned columns, measured in terminal cells, so that wide characters line up too."""

from collections.abc import Sequence

from rich.cells import cell_len

WIDEST = 120
"""Terminal cells to which a column grows: a path may have 4,096 bytes, and would pad every other row as far."""


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """Columns two spaces apart under their header; `right` names the columns that are aligned to the right.

    Cells must be printable already (see recog.printable). Nothing is cut or wrapped: a path stays whole, and if it is
    wider than WIDEST, the rest of its own row stands further to the right than that of other rows.
    """
    lines = [header, *rows]
    widths = [_width([cell_len(line[column]) for line in lines]) for column in range(len(header))]
    return "\n".join(_line(line, widths, right) for line in lines)


def facts(rows: Sequence[tuple[str, str]]) -> str:
    """Names and values, one a line, the values aligned."""
    width = max(cell_len(name) for name, _ in rows)
    return "\n".join(f"{name}{' ' * (width - cell_len(name))}  {value}".rstrip() for name, value in rows)


def _width(lengths: Sequence[int]) -> int:
    """How wide a column is: as its widest cell that is not too wide."""
    return max((length for length in lengths if length <= WIDEST), default=0)


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[int]) -> str:
    padded = []
    for column, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        space = " " * (width - cell_len(cell))
        padded.append(space + cell if column in right else cell + space)
    return "  ".join(padded).rstrip()
