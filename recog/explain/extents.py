"""Receptive fields along one axis: the input positions that each output position of a layer depends on.

For every output position an `Extent` holds the first and the last input position on which it depends. It follows the
layers from the input on: a window of a convolution or pooling takes the union over its taps, clipped at the border. So
the field is exact at borders, after rounding up (ceil mode), enlarging, and padding at one end only, for which the
textbook formula in kernel, stride and padding has no term.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

_NOTHING = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Extent:
    """first and last, (n,) int64 each, inclusive; a position that depends on no input has first > last."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]

    @classmethod
    def of_input(cls, length: int) -> Self:
        """Return the extent of the input itself: every position depends on itself."""
        places = np.arange(length)
        return cls(places, places)

    def __len__(self) -> int:
        return len(self.first)

    def windowed(self, kernel: int, *, stride: int, before: int, dilation: int, length: int) -> "Extent":
        """Return the extent after a window of `kernel` taps; before: padding at the start; length: of the output."""
        places = np.arange(length)[:, None] * stride - before + np.arange(kernel) * dilation
        inside = (places >= 0) & (places < len(self))
        taps = np.where(inside, places, 0)
        return Extent(
            np.where(inside, self.first[taps], _NOTHING).min(axis=1), np.where(inside, self.last[taps], -1).max(axis=1)
        )

    def padded(self, before: int, after: int) -> "Extent":
        """Return the extent with positions added that depend on nothing; a negative number takes positions away."""
        ends = max(0, before), max(0, after)
        first, last = np.pad(self.first, ends, constant_values=_NOTHING), np.pad(self.last, ends, constant_values=-1)
        kept = slice(max(0, -before), len(first) - max(0, -after))
        return Extent(first[kept], last[kept])

    def enlarged(self, length: int) -> "Extent":
        """Return the extent after enlarging to `length` positions by the nearest one."""
        places = np.arange(length) * len(self) // length
        return Extent(self.first[places], self.last[places])

    def whole(self) -> "Extent":
        """Return the extent of one position that depends on all of these."""
        return Extent(self.first.min(keepdims=True), self.last.max(keepdims=True))


def union(extents: Sequence[Extent]) -> Extent:
    """Return the extent of positions that depend on what each of these does; one of length 1 is repeated."""
    first, last = extents[0].first, extents[0].last
    for one in extents[1:]:
        first, last = np.minimum(first, one.first), np.maximum(last, one.last)
    return Extent(first, last)


@dataclass(frozen=True, slots=True)
class Field:
    """The receptive fields of a layer's positions, by rows and columns; a vector has one of each."""

    rows: Extent
    columns: Extent

    @classmethod
    def of_input(cls, height: int, width: int) -> Self:
        """Return the field of the input itself."""
        return cls(Extent.of_input(height), Extent.of_input(width))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the layer's map."""
        return len(self.rows), len(self.columns)

    def at(self, place: int) -> tuple[int, int, int, int]:
        """Return (left, top, right, bottom) in pixels of the input, right and bottom open; place counts row by row."""
        row, column = divmod(place, len(self.columns))
        return (
            int(self.columns.first[column]),
            int(self.rows.first[row]),
            int(self.columns.last[column]) + 1,
            int(self.rows.last[row]) + 1,
        )

    def whole(self) -> "Field":
        """Return the field of a value that depends on every position."""
        return Field(self.rows.whole(), self.columns.whole())

    def spread(self, rows: int, columns: int) -> "Field":
        """Return the field of a map whose every position has this field, of one position."""
        return Field(self.rows.enlarged(rows), self.columns.enlarged(columns))


def joined(fields: Sequence[Field]) -> Field:
    """Return the field of what depends on each of these."""
    return Field(union([one.rows for one in fields]), union([one.columns for one in fields]))
