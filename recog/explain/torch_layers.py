"""The layers of a network on torch: their answers, and gradients by the input."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, nullcontext, suppress
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from recog.explain.network import Layer, Peaks, Units
from recog.explain.torch_fields import traced
from recog.types import Crops

Tap: TypeAlias = Callable[[str, Tensor], None]
"""Is called with each layer's name and output while a network runs."""
Run: TypeAlias = Callable[[Tensor, Tap], None]
"""Runs a network on (n, 3, side, side)."""


def hooked(network: nn.Module, layers: Mapping[str, nn.Module]) -> Run:
    """Return how to run a network so that its submodules `layers` are tapped."""

    def run(given: Tensor, tap: Tap) -> None:
        def hook(name: str) -> Callable[[nn.Module, Any, Tensor], None]:
            return lambda _module, _given, output: tap(name, output)

        with ExitStack() as hooks:
            for name, module in layers.items():
                hooks.callback(module.register_forward_hook(hook(name)).remove)
            network(given)

    return run


class _ReachedError(Exception):
    """Ends a run at the layer that was asked for."""


class TorchLayers:
    """A recog.explain.network.LayeredNetwork on torch, which has gradients too.

    seen converts (n, 3, side, side) float32, 0 to 255, to what the network sees; filters is the first convolution's
    weight by the network's own channels, `order` their places in RGB.
    """

    def __init__(
        self,
        name: str,
        sha256: str,
        run: Run,
        *,
        side: int,
        seen: Callable[[Tensor], Tensor],
        filters: Tensor,
        order: Sequence[int] = (0, 1, 2),
        device: str = "cpu",
    ) -> None:
        self.name = name
        self.sha256 = sha256
        self.side = side
        self.device = device
        self._run = run
        self._seen = seen
        inverse = [list(order).index(channel) for channel in range(3)]
        self.filters: NDArray[np.float32] = filters.detach().cpu().numpy()[:, inverse]
        self.layers = self._traced()

    def peaks(self, inputs: Crops, chosen: Mapping[str, Units]) -> dict[str, Peaks]:
        """Return the strongest answer of the chosen units of layers to each of n >= 1 inputs."""
        found: dict[str, Peaks] = {}
        rows = {name: torch.from_numpy(units).to(self.device) for name, units in chosen.items()}

        def tap(name: str, output: Tensor) -> None:
            if name in rows:
                strongest = output[:, rows[name]].flatten(2).max(dim=2) if output.ndim > 2 else None
                values = output[:, rows[name]] if strongest is None else strongest.values
                places = torch.zeros_like(values, dtype=torch.int64) if strongest is None else strongest.indices
                found[name] = Peaks(values.cpu().numpy(), places.cpu().numpy())

        with torch.inference_mode():
            self.run(self._floats(inputs), tap)
        return found

    def run(self, pixels: Tensor, tap: Tap) -> None:
        """Run the network on (n, 3, side, side) float32, 0 to 255; tap is called with the output of each layer."""
        self._run(self._seen(pixels), tap)

    def answers(self, pixels: Tensor, layer: str) -> Tensor:
        """Return the maps of a layer, (n, units, places), for (n, 3, side, side) float32, 0 to 255, with autograd.

        Layers behind it are not run.
        """
        found: list[Tensor] = []

        def tap(name: str, output: Tensor) -> None:
            if name == layer:
                found.append(output.reshape(*output.shape[:2], -1))
                raise _ReachedError

        with suppress(_ReachedError):
            self.run(pixels, tap)
        return found[0]

    def gradient(self, picture: Crops, layer: str, unit: int, place: int, *, by_guide: bool) -> NDArray[np.float32]:
        """Return the gradient of a unit's answer at a place by the input, (side, side, 3), of one (side, side, 3).

        by_guide: the guided gradient, which shows what excites the unit and leaves out what holds it back.
        """
        pixels = self._floats(picture[None]).requires_grad_()
        with guided() if by_guide else nullcontext():
            answer = self.answers(pixels, layer)[0, unit, place]
            (found,) = torch.autograd.grad(answer, pixels)
        gradient: NDArray[np.float32] = found[0].permute(1, 2, 0).cpu().numpy()
        return gradient

    def _floats(self, inputs: Crops) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(inputs)).to(self.device).permute(0, 3, 1, 2).float()

    def _traced(self) -> tuple[Layer, ...]:
        units: dict[str, int] = {}

        def outputs(given: Tensor) -> dict[str, Tensor]:
            found: dict[str, Tensor] = {}
            self.run(given, found.__setitem__)
            units.update({name: output.shape[1] for name, output in found.items()})
            return found

        fields = traced(outputs, torch.zeros(1, 3, self.side, self.side, device=self.device))
        return tuple(Layer(name, units[name], field) for name, field in fields.items())


class _Guided(torch.autograd.Function):
    """A leaky rectifier that lets only positive gradients of positive answers pass."""

    @staticmethod
    def forward(context: Any, given: Tensor, slope: Tensor) -> Tensor:
        """Rectify."""
        context.save_for_backward(given)
        return torch.where(given > 0, given, given * slope)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        """Pass what is positive twice."""
        (given,) = context.saved_tensors
        return gradients[0].clamp(min=0) * (given > 0), None


class _Open(torch.autograd.Function):
    """A leaky rectifier that lets every gradient pass."""

    @staticmethod
    def forward(_context: Any, given: Tensor, slope: Tensor) -> Tensor:
        """Rectify."""
        return torch.where(given > 0, given, given * slope)

    @staticmethod
    def backward(_context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        """Pass everything."""
        return gradients[0], None


class Rectifiers(TorchFunctionMode):
    """Replaces the gradient of all rectifiers, while a network runs inside `with`: see `guided` and `opened`."""

    def __init__(self, function: type[torch.autograd.Function]) -> None:
        super().__init__()
        self._function = function

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Run an operator, a rectifier by its replacement."""
        if func in {torch.relu, F.relu, Tensor.relu, torch.relu_, F.relu_}:
            return self._function.apply(args[0], torch.zeros((), device=args[0].device))
        if func in {torch.prelu, F.prelu}:
            given, slopes = args
            return self._function.apply(given, slopes.reshape(1, -1, *[1] * (given.ndim - 2)))
        return func(*args, **(kwargs or {}))


def guided() -> Rectifiers:
    """Let only positive gradients of positive answers pass (Springenberg et al., arXiv:1412.6806)."""
    return Rectifiers(_Guided)


def opened() -> Rectifiers:
    """Let every gradient pass, so that ascent can wake a unit that answers 0."""
    return Rectifiers(_Open)
