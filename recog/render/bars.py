"""Bars of plots: how long each is."""

from collections.abc import Iterable


def bars(rows: Iterable[tuple[str, int]]) -> list[tuple[str, int, float]]:
    """Return each name with its number and the length of its bar in percent of the longest."""
    listed = list(rows)
    most = max((number for _, number in listed), default=1)
    return [(name, number, round(100 * number / most, 1)) for name, number in listed]
