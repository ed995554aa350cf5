"""Convolutions over one, two or three axes.

Those of 3 x 3 over pictures take minimal filtering (Winograd) if it is faster on the CPU; all others are direct.

A direct 3 x 3 convolution multiplies 9 times for each output, input channel and output channel. F(4 x 4, 3 x 3) of
Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016 (arXiv:1509.09308), multiplies 36 times
for 16 outputs, that is 2.25 times. It adds a relative error of about 1e-5 in float32, and transforms that pay only with
many channels: it is 1.4 times as fast from 64 to 128 channels, 2.5 times at 512 (see
docs/decisions/style-convolutions.md). On CUDA, cuDNN chooses by itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

# Keys are the number of axes of a batch of one: batch, channels, and one, two or three axes of positions.
CONVOLVE: dict[int, Callable[..., Tensor]] = {3: F.conv1d, 4: F.conv2d, 5: F.conv3d}
"""The plain convolution of torch, with autograd."""
_CHANNELS_LAST = {4: torch.channels_last, 5: torch.channels_last_3d}

# With fewer channel pairs than this, the transforms cost more than the multiplications that they save.
_LEAST_PAIRS = 64 * 128
# Channels of a picture.
_PICTURE = 3
# 4 x 4 tiles that are processed at a time, so that their transforms stay in the CPU cache.
_TILES = 64

_INPUT = torch.tensor(
    [
        [4, 0, -5, 0, 1, 0],
        [0, -4, -4, 1, 1, 0],
        [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0],
        [0, 4, 0, -5, 0, 1],
    ],
    dtype=torch.float64,
)
"""B^T of Lavin and Gray, from 6 inputs to 6 points."""
_KERNEL = torch.tensor(
    [
        [1 / 4, 0, 0],
        [-1 / 6, -1 / 6, -1 / 6],
        [-1 / 6, 1 / 6, -1 / 6],
        [1 / 24, 1 / 12, 1 / 6],
        [1 / 24, -1 / 12, 1 / 6],
        [0, 0, 1],
    ],
    dtype=torch.float64,
)
"""G, from 3 taps to 6 points."""
_OUTPUT = torch.tensor(
    [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]], dtype=torch.float64
)
"""A^T, from 6 points to 4 outputs."""

# Rows and columns would take one matrix product each; the Kronecker product does both at once.
_KERNEL_36 = torch.kron(_KERNEL, _KERNEL)
_INPUT_36 = torch.kron(_INPUT, _INPUT).float()
# An additional column holds the bias, so that adding it needs no separate pass.
_OUTPUT_16 = torch.cat([torch.kron(_OUTPUT, _OUTPUT), torch.ones(16, 1, dtype=torch.float64)], dim=1).float()


@dataclass(frozen=True, slots=True)
class FastKernel:
    """A prepared kernel, either direct, (out, in, *sizes), or at the points, (36, in, out).

    padding is the number of zeros before and after the values along each axis.
    """

    direct: Tensor | None
    points: Tensor | None
    padding: tuple[int, ...]


def channels_last(x: Tensor) -> Tensor:
    """Return (1, channels, *positions) with the channels side by side in memory, if torch knows that for its axes."""
    return x.contiguous(memory_format=_CHANNELS_LAST.get(x.ndim, torch.contiguous_format))


def empty_channels_last(size: torch.Size, device: torch.device) -> Tensor:
    """Return values to be written, (1, channels, *positions), in the memory layout of `channels_last`."""
    layout = _CHANNELS_LAST.get(len(size), torch.contiguous_format)
    return torch.empty(size, device=device, memory_format=layout)


def prepare_kernel(kernel: Tensor, padding: Sequence[int]) -> FastKernel:
    """Convert (out, in, *sizes) to the form in which `convolve` is fastest on the kernel's device."""
    out_channels, in_channels, *sizes = kernel.shape
    around = tuple(padding)
    if kernel.device.type == "cpu" and _is_by_three(sizes, around) and out_channels * in_channels >= _LEAST_PAIRS:
        return FastKernel(None, kernel_points(kernel), around)
    return FastKernel(channels_last(kernel), None, around)


def _is_by_three(sizes: Sequence[int], padding: tuple[int, ...]) -> bool:
    """Return whether a kernel is 3 x 3 over a picture that keeps its size."""
    return tuple(sizes) == (3, 3) and padding == (1, 1)


def kernel_points(kernel: Tensor) -> Tensor:
    """Transform a kernel to the 36 points of F(4 x 4, 3 x 3): (out, in, 3, 3) -> (36, in, out)."""
    out_channels, in_channels = kernel.shape[:2]
    points = torch.mm(_KERNEL_36, kernel.transpose(0, 1).reshape(-1, 9).double().T).float()
    return points.view(36, in_channels, out_channels)


def convolve(x: Tensor, kernel: FastKernel, bias: Tensor | None = None, *, rectified: bool = False) -> Tensor:
    """Convolve (1, in, *positions) float32 to (1, out, *positions), with the channels last in memory; bias is (out,).

    rectified: apply ReLU.
    """
    if kernel.points is not None:
        return convolve_by_points(x, kernel.points, bias, rectified=rectified)
    if kernel.direct is None:
        raise ValueError("a kernel without values: make it with prepare_kernel")
    out_channels, _, *sizes = kernel.direct.shape
    to_picture = out_channels == _PICTURE and x.device.type == "cpu" and _is_by_three(sizes, kernel.padding)
    if to_picture and bias is None and not rectified:
        return _to_picture(x, kernel.direct)
    answer = CONVOLVE[x.ndim](x, kernel.direct, bias, padding=kernel.padding)
    return answer.relu_() if rectified else answer


def _to_picture(x: Tensor, kernel: Tensor) -> Tensor:
    """Convolve to three channels by one matrix product and a sum of shifted maps; direct is half as fast."""
    _, in_channels, height, width = x.shape
    taps = kernel.flip(2, 3).permute(0, 2, 3, 1).reshape(-1, in_channels)
    spread = torch.mm(taps, x[0].flatten(1))
    return F.fold(spread[None], (height, width), 3, padding=1)


def convolve_by_points(x: Tensor, points: Tensor, bias: Tensor | None = None, *, rectified: bool = False) -> Tensor:
    """Do the same as `convolve` by F(4 x 4, 3 x 3): overlapping 6 x 6 tiles of x give 4 x 4 tiles of the output."""
    _, in_channels, height, width = x.shape
    out_channels = points.shape[2]
    rows, columns = -(-height // 4), -(-width // 4)
    tiles = _tiles(x, rows, columns)
    out = x.new_empty(4 * rows, 4 * columns, out_channels)
    answers = out.view(rows, 4, columns, 4, out_channels).permute(1, 3, 0, 2, 4)  # (4, 4, rows, columns, out)
    step = min(rows, max(1, _TILES // columns))
    # All strips share these buffers, so that they stay in the cache.
    before, seen = x.new_empty(2, 36, step * columns * in_channels)
    products = x.new_empty(37, step * columns * out_channels)
    products[36] = 0.0 if bias is None else bias.repeat(step * columns)
    after = x.new_empty(16, step * columns * out_channels)
    for top in range(0, rows, step):
        strip = tiles[:, :, top : top + step]
        count = strip.shape[2] * columns
        ins, outs = before[:, : count * in_channels], products[:, : count * out_channels]
        if count < step * columns:  # the last strip may be shorter, and its buffers must not have gaps
            ins, outs = ins.contiguous(), outs.contiguous()
        ins.view(strip.shape).copy_(strip)
        points_in = torch.mm(_INPUT_36, ins, out=seen if ins.shape == seen.shape else None)
        torch.bmm(points_in.view(36, count, in_channels), points, out=outs[:36].view(36, count, out_channels))
        done = torch.mm(_OUTPUT_16, outs, out=after if outs.shape[1] == after.shape[1] else None)
        if rectified:
            done.relu_()
        answers[:, :, top : top + step] = done.view(4, 4, -1, columns, out_channels)
    return out[:height, :width].permute(2, 0, 1)[None].contiguous(memory_format=torch.channels_last)


def _tiles(x: Tensor, rows: int, columns: int) -> Tensor:
    """View a padded copy of x, (1, in, H, W), as overlapping tiles, (6, 6, rows, columns, in)."""
    _, channels, height, width = x.shape
    padded = x.new_empty(4 * rows + 2, 4 * columns + 2, channels)
    padded[1 : height + 1, 1 : width + 1] = x[0].permute(1, 2, 0)
    padded[0] = 0.0
    padded[height + 1 :] = 0.0
    padded[:, 0] = 0.0
    padded[:, width + 1 :] = 0.0
    down, right, _ = padded.stride()
    return padded.as_strided((6, 6, rows, columns, channels), (down, right, 4 * down, 4 * right, 1))
