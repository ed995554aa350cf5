"""Every network made linear, with one channel and positive weights: its derivatives hide no dependency.

The operators keep kernel, stride, padding and dilation. Rectifiers and normalisations pass everything, the maximum of a
pooling becomes the mean: so a derivative is 0 only where an output does not depend on an input pixel.
"""

import warnings
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd import forward_ad
from torch.overrides import TorchFunctionMode

from recog.explain.torch_layers import TorchLayers

_PASSED = {
    torch.batch_norm,
    F.batch_norm,
    torch.relu,
    F.relu,
    torch.prelu,
    F.prelu,
    torch.fake_quantize_per_tensor_affine,
    torch.sigmoid,
}
_OF_CONVOLUTION = ("input", "weight", "bias", "stride", "padding", "dilation", "groups")
_OF_POOLING = ("input", "kernel_size", "stride", "padding", "dilation", "ceil_mode")
_LINES = 16
"""Lines of the input that are looked at together: this bounds the memory."""
_AVERAGED = {F.max_pool2d, torch.max_pool2d}


class Linear(TorchFunctionMode):
    def __torch_function__(self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None) -> Any:
        given = kwargs or {}
        if func in _PASSED:
            return args[0]
        if func in {torch.conv2d, F.conv2d}:
            named = dict(zip(_OF_CONVOLUTION, args, strict=False)) | given
            kernel = torch.ones(1, 1, *named["weight"].shape[2:], dtype=torch.float64)
            settings = [named.get(name, default) for name, default in (("stride", 1), ("padding", 0), ("dilation", 1))]
            return torch.conv2d(named["input"].mean(1, keepdim=True), kernel / kernel.numel(), None, *settings)
        if func is F.linear:
            return args[0].mean(1, keepdim=True)
        if func in _AVERAGED:
            named = dict(zip(_OF_POOLING, args, strict=False)) | given
            kept = {name: named[name] for name in ("stride", "padding", "ceil_mode") if name in named}
            return F.avg_pool2d(named["input"], named["kernel_size"], **kept)
        return func(*args, **given)


def derivatives(network: TorchLayers, axis: int) -> dict[str, Tensor]:
    """Return, by layer, whether each output row (axis 2) or column (3) depends on each row or column of the input."""
    parts = [_derivatives(network, axis, lines) for lines in torch.split(torch.arange(network.side), _LINES)]
    return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}


def _derivatives(network: TorchLayers, axis: int, lines: Tensor) -> dict[str, Tensor]:
    """Return the same for some lines of the input, (lines, lines of the output)."""
    side = network.side
    pixels = torch.full((len(lines), 3, side, side), 200.0, dtype=torch.float64)
    tangent = torch.zeros_like(pixels)
    for row, line in enumerate(lines.tolist()):
        tangent[row].select(axis - 1, line).fill_(1.0)
    found: dict[str, Tensor] = {}

    def tap(name: str, output: Tensor) -> None:
        moved = forward_ad.unpack_dual(output).tangent  # type: ignore[no-untyped-call]
        maps = moved if moved.ndim == 4 else moved[..., None, None]
        found[name] = maps.amax(dim=(1, 5 - axis)) != 0

    with warnings.catch_warnings(), torch.no_grad(), forward_ad.dual_level(), Linear():
        warnings.filterwarnings("ignore", "`torch.jit.script` is deprecated", FutureWarning)  # torch's own call
        network.run(forward_ad.make_dual(pixels, tangent), tap)  # type: ignore[no-untyped-call]
    return found
