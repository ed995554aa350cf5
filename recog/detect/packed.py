"""Area means of many windows of one photo at once, on a CPU: three channels in one 64-bit sum."""

import numpy as np
from numpy.typing import NDArray

from recog.detect.reduction import block_sums
from recog.types import Pixels

Places = NDArray[np.int64]
Means = NDArray[np.uint8]
"""Means rounded to whole numbers, half up."""

Sums = NDArray[np.float32]

_BITS = 21
"""Bits of a channel's field in a sum; blue, the highest, has one more."""
_FIELD = np.int64((1 << _BITS) - 1)
_MOST = int(_FIELD) // 255
"""Number of white pixels whose sum fits into a field."""
_ROWS = 16
"""Rows that are packed at once, so that they stay in the CPU cache."""


class PackedAreas:
    """A photo whose windows can be resampled to any size, at a cost that depends only on the size of the result.

    The summed-area table (Crow 1984) has one 64-bit number a pixel: red in the lowest bits, green 21 bits higher, blue
    42 bits higher. Overflow in between does not matter: a difference is correct as long as each channel of the cell
    fits into its field. Larger cells are summed from parts. The resampling is the same as in recog.detect.area.
    """

    def __init__(self, pixels: Pixels, *, factor: int = 1) -> None:
        """Take (H, W, 3) uint8 pixels of any strides; with a factor, the photo is reduced that many times by means.

        The remainder of the sides at the right and the bottom is left out.
        """
        self.height, self.width = pixels.shape[0] // factor, pixels.shape[1] // factor
        self._weight = np.float32(factor * factor)
        self._most = max(1, _MOST // (factor * factor))
        if factor * factor > _MOST or not self.height or not self.width:
            raise ValueError(f"{pixels.shape[1]} x {pixels.shape[0]} pixels cannot be made {factor} times smaller")
        self._table = _summed(pixels, factor, self.height, self.width)

    def means(self, cells: tuple[Places, Places, Places, Places]) -> Means:
        """Return the means of cells from top, bottom (n, h), left, right (n, w), ends exclusive; (n, 3, h, w) uint8."""
        top, bottom, left, right = cells
        sums = self._sums(top, bottom, left, right)
        across, down = (right - left).astype(np.float32), (bottom - top).astype(np.float32)
        sums *= 1 / (self._weight * down[:, :, None] * across[:, None, :])[:, None]
        sums += np.float32(0.5)
        return sums.astype(np.uint8)

    def windows(self, windows: Places, side: int) -> Means:
        """Resample windows (n, 4), as left, top, right, bottom, inside the photo, not empty -> (n, 3, side, side)."""
        place = np.arange(side)
        left, right = cells(windows[:, 0], windows[:, 2], side, place)
        top, bottom = cells(windows[:, 1], windows[:, 3], side, place)
        return self.means((top, bottom, left, right))

    def level(self, height: int, width: int, rows: Places, columns: Places) -> Means:
        """Return some rows and columns of the photo resampled to height x width: (1, 3, rows, columns) uint8."""
        start = np.zeros(1, np.int64)
        top, bottom = cells(start, start + self.height, height, rows)
        left, right = cells(start, start + self.width, width, columns)
        return self.means((top, bottom, left, right))

    def _sums(self, top: Places, bottom: Places, left: Places, right: Places) -> Sums:
        """Return exact sums; cells that are too large for a field are summed in two halves."""
        tallest, widest = int((bottom - top).max()), int((right - left).max())
        if tallest * widest <= self._most:
            return _unpacked(self._packed(top, bottom, left, right))
        if tallest >= widest:
            middle = (top + bottom) // 2
            return self._sums(top, middle, left, right) + self._sums(middle, bottom, left, right)
        middle = (left + right) // 2
        return self._sums(top, bottom, left, middle) + self._sums(top, bottom, middle, right)

    def _packed(self, top: Places, bottom: Places, left: Places, right: Places) -> NDArray[np.uint64]:
        """Return the packed sums of cells, (n, h, w)."""
        if len(top) == 1:  # take whole bands of the table, then their columns
            bands = self._table.take(bottom[0], axis=0)
            bands -= self._table.take(top[0], axis=0)
            sums: NDArray[np.uint64] = bands.take(right[0], axis=1)
            sums -= bands.take(left[0], axis=1)
            return sums[None]
        flat, stride = self._table.reshape(-1), self._table.shape[1]
        top, bottom = top[:, :, None] * stride, bottom[:, :, None] * stride
        left, right = left[:, None, :], right[:, None, :]
        sums = flat.take(bottom + right)
        sums -= flat.take(top + right)
        sums -= flat.take(bottom + left)
        sums += flat.take(top + left)
        return sums


def cells(start: Places, end: Places, count: int, place: Places) -> tuple[Places, Places]:
    """Return the first pixel, and the one after the last, of some cells of spans that are divided into `count` cells.

    start and end are (n,), place the numbers of the cells, (m,); the results are (n, m) each. Cell i of n over s pixels
    covers pixels floor(i * s / n) up to ceil((i + 1) * s / n), as in torch's adaptive average pooling.
    """
    side = (end - start)[:, None]
    first = place * side // count
    behind = ((place + 1) * side + count - 1) // count
    return start[:, None] + first, start[:, None] + behind


def _summed(pixels: Pixels, factor: int, height: int, width: int) -> NDArray[np.uint64]:
    """Return the summed-area table, (height + 1, width + 1); its first row and column are 0."""
    table = np.empty((height + 1, width + 1), np.uint64)
    table[0] = 0
    table[:, 0] = 0
    for start in range(0, height, _ROWS):
        stop = min(start + _ROWS, height)
        block = pixels[start * factor : stop * factor, : width * factor]
        np.cumsum(_joined(block, factor), axis=1, out=table[start + 1 : stop + 1, 1:])
        for row in range(start, stop):
            table[row + 1] += table[row]
    return table


def _joined(block: Pixels, factor: int) -> NDArray[np.uint64]:
    """Sum blocks of factor x factor pixels: (h * factor, w * factor, 3) -> (h, w) packed sums."""
    sums = block.transpose(2, 0, 1) if factor == 1 else block_sums(block, factor)
    packed: NDArray[np.uint64] = sums[2].astype(np.uint64)
    for channel in (1, 0):
        packed <<= np.uint64(_BITS)
        packed += sums[channel]
    return packed


def _unpacked(packed: NDArray[np.uint64]) -> Sums:
    """Split packed sums into channels: (n, h, w) -> (n, 3, h, w)."""
    fields = packed.view(np.int64)
    apart = np.empty((len(packed), 3, *packed.shape[1:]), np.float32)
    apart[:, 0] = fields & _FIELD
    apart[:, 1] = (fields >> _BITS) & _FIELD
    apart[:, 2] = fields >> 2 * _BITS  # at most 21 bits, so the sum is not negative
    return apart
