"""Cells of a CSV file that a spreadsheet shows instead of running."""

import re

_RUNS = re.compile(r"'*[=+\-@\t\r]")


def to_cell(text: str) -> str:
    """Text that begins like a formula, behind an apostrophe (OWASP, CSV injection); other text as it is."""
    return f"'{text}" if _RUNS.match(text) else text


def from_cell(cell: str) -> str:
    """The text that `to_cell` wrote."""
    return cell[1:] if cell.startswith("'") and _RUNS.match(cell) else cell
