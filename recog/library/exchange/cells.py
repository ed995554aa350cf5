"""Escaping of CSV cells, so that a spreadsheet shows them instead of running them as formulas."""

import re

_RUNS = re.compile(r"'*[=+\-@\t\r]")


def to_cell(text: str) -> str:
    """Put an apostrophe before text that begins like a formula (OWASP, CSV injection); return other text as it is."""
    return f"'{text}" if _RUNS.match(text) else text


def from_cell(cell: str) -> str:
    """Return the text that `to_cell` wrote."""
    return cell[1:] if cell.startswith("'") and _RUNS.match(cell) else cell
