"""Receptive fields of a torch network: one run over its operators, with the fields beside the tensors."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from recog.errors import ConfigError
from recog.explain.extents import Field, joined

_POINTWISE = frozenset(
    {
        "_native_batch_norm_legit_no_training", "_prelu_kernel", "_softmax", "_to_copy", "add", "add_",
        "addmm", "alias", "bmm", "cat", "clamp", "clamp_min", "clone", "detach", "div", "expand", "flip",
        "fake_quantize_per_tensor_affine_cachemask", "floor", "hardswish", "hardtanh", "leaky_relu", "mm",
        "mul", "native_batch_norm", "neg", "pow", "relu", "relu_", "sigmoid", "silu", "sub", "t", "tanh"
    }
)  # fmt: skip
"""Operators whose value at a position depends on the same position of their inputs, or on all if these are vectors."""
_REDUCTIONS = frozenset({"amax", "linalg_vector_norm", "mean", "sum"})
_SHAPES = frozenset(
    {
        "_unsafe_view", "as_strided_", "index", "permute", "reshape", "select", "slice", "squeeze", "transpose",
        "unsqueeze", "view"
    }
)  # fmt: skip
_MAP = 4
"""Axes of a map: batch, channels, rows, columns."""


class FieldTracer(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch has no types for it
    """Computes the field of every tensor that depends on the given input, while a network runs inside `with`."""

    def __init__(self, given: Tensor) -> None:
        """given: (n, channels, height, width)."""
        super().__init__()  # type: ignore[no-untyped-call]
        self._fields: dict[int, Field | str] = {id(given): Field.of_input(*given.shape[2:])}
        self._held = [given]  # an id stands for one tensor only as long as that is held

    def field_of(self, tensor: Tensor) -> Field:
        """Return the field of a tensor.

        Raises:
            ConfigError: an operator between the input and the tensor is not known.
            KeyError: the tensor does not depend on the input.
        """
        field = self._fields[id(tensor)]
        if isinstance(field, str):
            raise ConfigError(f"recog cannot tell the receptive field behind the operator {field!r} of this network")
        return field

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Run an operator, and note the field of what it returns."""
        found = func(*args, **(kwargs or {}))
        flat = [each for one in args for each in (one if isinstance(one, list | tuple) else [one])]
        before = [self._fields[id(one)] for one in flat if isinstance(one, Tensor) and id(one) in self._fields]
        first = found[0] if isinstance(found, list | tuple) else found
        if before and isinstance(first, Tensor):
            unknown = next((one for one in before if isinstance(one, str)), None)
            known = [one for one in before if isinstance(one, Field)]
            self._fields[id(first)] = unknown or _after(func.__name__.partition(".")[0], known, args, first)
            self._held.append(first)
        return found


def _after(name: str, before: Sequence[Field], args: Sequence[Any], found: Tensor) -> Field | str:
    """Return the field of an operator's first result, or the operator's name if its field is not known."""
    if name == "convolution" and args[6]:  # transposed
        return name
    if name in _WINDOWS:
        field = _WINDOWS[name](before[0], args, found)
    elif name == "constant_pad_nd":
        left, right, top, bottom = [*args[1], 0, 0, 0, 0][:4]
        field = Field(before[0].rows.padded(top, bottom), before[0].columns.padded(left, right))
    elif name == "upsample_nearest2d":
        rows, columns = found.shape[2:]
        field = Field(before[0].rows.enlarged(rows), before[0].columns.enlarged(columns))
    elif name in _SHAPES:
        kept = found.ndim == _MAP and before[0].shape == tuple(found.shape[2:])
        field = before[0] if kept else before[0].whole()
    elif name in _REDUCTIONS:
        field = before[0].whole()
    elif name in _POINTWISE:
        field = joined(before)
    else:
        return name
    sides = tuple(found.shape[2:])
    if found.ndim != _MAP or field.shape == sides:
        return field
    return field.spread(*sides) if field.shape == (1, 1) else name


def _convolved(before: Field, args: Sequence[Any], found: Tensor) -> Field:
    _, weight, _, stride, padding, dilation, *_ = args
    return _windowed(before, (weight.shape[2:], stride, padding, dilation), found)


def _max_pooled(before: Field, args: Sequence[Any], found: Tensor) -> Field:
    given = [*args[1:], *[None] * 4]
    kernel = given[0]
    return _windowed(before, (kernel, given[1] or kernel, given[2] or [0], given[3] or [1]), found)


def _average_pooled(before: Field, args: Sequence[Any], found: Tensor) -> Field:
    given = [*args[1:], *[None] * 3]
    kernel = given[0]
    return _windowed(before, (kernel, given[1] or kernel, given[2] or [0], [1]), found)


_WINDOWS: Mapping[str, Callable[[Field, Sequence[Any], Tensor], Field]] = {
    "avg_pool2d": _average_pooled,
    "convolution": _convolved,
    "max_pool2d_with_indices": _max_pooled,
}


def _windowed(before: Field, settings: Sequence[Sequence[int]], found: Tensor) -> Field:
    """Return the field after a window; settings are kernel, stride, padding and dilation, of one or two sides each."""
    sizes, strides, pads, steps = ((one[0], one[-1]) for one in settings)
    rows, columns = (
        axis.windowed(sizes[at], stride=strides[at], before=pads[at], dilation=steps[at], length=found.shape[2 + at])
        for at, axis in enumerate((before.rows, before.columns))
    )
    return Field(rows, columns)


@torch.no_grad()
def traced(network: Callable[[Tensor], Mapping[str, Tensor]], given: Tensor) -> dict[str, Field]:
    """Return the field of each layer that a network returns by name for an input, (1, 3, height, width).

    Raises:
        ConfigError: the network has an operator whose field recog cannot tell.
    """
    with FieldTracer(given) as tracer:
        return {name: tracer.field_of(output) for name, output in network(given).items()}
