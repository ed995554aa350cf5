"""The inputs that excite each unit most, kept while photos stream by: memory is bounded by units, not by photos."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recog.explain.network import Peaks

MOST = 9
"""Patches that are kept of each unit."""


@dataclass(slots=True)
class Entry:
    """A place among the strongest of a unit: the photo's number in the stream, the answer, where, and the patch."""

    photo: int
    value: float
    place: int
    patch: bytes = b""


class Strongest:
    """The MOST strongest answers of each of u units of one layer, best first, one a photo.

    Of equal answers the earlier photo counts. NaN never counts.
    """

    def __init__(self, entries: Sequence[Sequence[Entry]]) -> None:
        """entries: those of each unit so far, best first; empty lists at the start."""
        self.entries = [list(each) for each in entries]

    def add(self, peaks: Peaks, photos: Sequence[int]) -> list[tuple[int, Entry]]:
        """Add the answers to n photos that come after all earlier ones; return (row of the input, entry) to be cut.

        The returned entries are new among the strongest of their unit and have no patch yet.
        """
        new: list[tuple[int, Entry]] = []
        floor = np.array([each[-1].value if len(each) == MOST else -np.inf for each in self.entries])
        rows: NDArray[np.int64]
        units: NDArray[np.int64]
        rows, units = np.nonzero(peaks.values > floor)
        for unit in np.unique(units).tolist():
            arrived = [
                (row, Entry(photos[row], float(peaks.values[row, unit]), int(peaks.places[row, unit])))
                for row in rows[units == unit].tolist()
            ]
            row_of = {id(entry): row for row, entry in arrived}
            merged = sorted([*self.entries[unit], *(entry for _, entry in arrived)], key=lambda one: -one.value)[:MOST]
            self.entries[unit] = merged
            new += [(row_of[id(entry)], entry) for entry in merged if id(entry) in row_of]
        return new
