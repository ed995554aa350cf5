"""Area means of many windows of one photo at once, by a summed-area table."""

import torch
from torch import Tensor

MAX_PIXELS = (2**31 - 1) // 255
"""With more pixels than this, an all-white photo would overflow the table's 32 bits."""


class SummedAreas:
    """A photo whose windows can be resampled to any size, at a cost that depends only on the size of the result.

    Resampling is exactly torch's adaptive average pooling (interpolate's mode "area"): cell i of n over a side of s
    pixels is the mean of pixels floor(i * s / n) up to ceil((i + 1) * s / n). The summed-area table is Crow's (1984).
    """

    def __init__(self, pixels: Tensor) -> None:
        """Take (H, W, 3) uint8 pixels, H * W at most MAX_PIXELS."""
        self.height, self.width = int(pixels.shape[0]), int(pixels.shape[1])
        self.device = pixels.device
        if self.height * self.width > MAX_PIXELS:
            raise ValueError(f"{self.width} x {self.height} pixels are more than {MAX_PIXELS}")
        table = torch.zeros((self.height + 1, self.width + 1, 3), dtype=torch.int32, device=pixels.device)
        torch.cumsum(pixels, dim=0, dtype=torch.int32, out=table[1:, 1:])
        torch.cumsum(table[1:, 1:], dim=1, dtype=torch.int32, out=table[1:, 1:])
        self._table = table

    def whole(self, height: int, width: int) -> Tensor:
        """Resample the whole photo: (1, 3, height, width) float32, 0 to 255, channels last in memory."""
        window = torch.tensor([[0, 0, self.width, self.height]], device=self.device)
        (left,), (right,) = _cells(window[:, 0], window[:, 2], width)
        (top,), (bottom,) = _cells(window[:, 1], window[:, 3], height)
        bands = self._table.index_select(0, bottom) - self._table.index_select(0, top)  # (height, W + 1, 3)
        sums = bands.index_select(1, right) - bands.index_select(1, left)
        means: Tensor = sums / ((bottom - top)[:, None] * (right - left))[..., None]
        return means.permute(2, 0, 1)[None]

    def windows(self, windows: Tensor, height: int, width: int) -> Tensor:
        """Resample windows (n, 4) int64, as left, top, right, bottom, inside the photo and not empty.

        Returns (n, 3, height, width) float32, 0 to 255, channels last in memory.
        """
        left, right = _cells(windows[:, 0], windows[:, 2], width)  # (n, width) each
        top, bottom = _cells(windows[:, 1], windows[:, 3], height)  # (n, height) each
        areas = (bottom - top)[:, :, None] * (right - left)[:, None, :]  # (n, height, width)
        stride = self.width + 1
        top, bottom = top[:, :, None] * stride, bottom[:, :, None] * stride
        left, right = left[:, None, :], right[:, None, :]
        sums = self._at(bottom + right)
        sums -= self._at(top + right)
        sums -= self._at(bottom + left)
        sums += self._at(top + left)
        means = sums / areas[..., None]
        return means.permute(0, 3, 1, 2)

    def _at(self, places: Tensor) -> Tensor:
        """(n, h, w) -> (n, h, w, 3)."""
        return self._table.view(-1, 3).index_select(0, places.flatten()).view(*places.shape, 3)


def _cells(start: Tensor, end: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Return the first pixel, and the one after the last, of every cell: (n,), (n,) -> (n, count) each."""
    side = (end - start)[:, None]
    cell = torch.arange(count, device=start.device)
    first = cell * side // count
    behind = ((cell + 1) * side + count - 1) // count
    return start[:, None] + first, start[:, None] + behind
