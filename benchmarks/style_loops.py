"""The loops of style transfer that benchmarks.bench_style compares."""

from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from recog.nn.gram import mean_gram_matrix
from recog.nn.pooling import PoolingKind
from recog.photos import read_photo
from recog.style.descent import Descent
from recog.style.layers import StyleNetwork
from recog.style.objective import Objective, StyleReference
from recog.style.pictures import fitted_size, resized, style_size, to_tensor
from recog.style.settings import StyleSettings


@dataclass(frozen=True)
class Pair:
    """Content and style of the same size, (1, 3, H, W) each."""

    content: Tensor
    style: Tensor


def read_pair(content: Path, style: Path, size: int) -> Pair:
    pixels, manner = read_photo(content).pixels, read_photo(style).pixels
    fitted = fitted_size(pixels.shape[0], pixels.shape[1], size)
    shape = style_size((manner.shape[0], manner.shape[1]), fitted, 1.0)
    return Pair(to_tensor(resized(pixels, fitted), "cpu"), to_tensor(resized(manner, shape), "cpu"))


class PlainLoop:
    """Style transfer as in tutorials, with the relative costs of the settings."""

    def __init__(
        self, network: StyleNetwork, settings: StyleSettings, pair: Pair, start: Tensor, *, cached: bool = True
    ) -> None:
        self.network, self.settings, self.pair, self.cached = network, settings, pair, cached
        self.look()
        self.picture = start.clone(memory_format=torch.contiguous_format).requires_grad_()
        self.optimiser = torch.optim.LBFGS([self.picture], tolerance_grad=0, tolerance_change=0, history_size=100)

    def look(self) -> None:
        """Compute the targets."""
        with torch.no_grad():
            self.content = self.maps(self.pair.content)[self.settings.content_layer]
            style = self.maps(self.pair.style)
            self.grams = {name: mean_gram_matrix(style[name]) for name in self.settings.lambdas}

    def maps(self, picture: Tensor) -> dict[str, Tensor]:
        """Return the output of every layer."""
        found: dict[str, Tensor] = {}
        x = self.network.prepare(picture)
        for each in self.network.convolutions:
            if each.pooled:
                x = F.max_pool2d(x, 2) if self.settings.pooling is PoolingKind.MAX else F.avg_pool2d(x, 2)
            x = F.relu(F.conv2d(x, each.kernel, each.bias, padding=1))
            found[each.name] = x[0]
        return found

    def cost(self, picture: Tensor) -> Tensor:
        """Return the total cost, for autograd."""
        if not self.cached:
            self.look()
        settings, maps = self.settings, self.maps(picture)
        content = (maps[settings.content_layer] - self.content).square().sum() / self.content.square().sum()
        style = torch.zeros(())
        for name, weight in settings.lambdas.items():
            target = self.grams[name]
            style = style + weight * (mean_gram_matrix(maps[name]) - target).square().sum() / target.square().sum()
        total: Tensor = settings.alpha * content + settings.beta * style
        return total + settings.variation * _mean_variation(picture[0])

    def run(self, evaluations: int) -> None:
        """Run `evaluations` evaluations with their updates in one call, as tutorials do."""
        # If no more evaluations are allowed, torch leaves out the last update.
        self.optimiser.param_groups[0].update(max_iter=evaluations, max_eval=evaluations + 1)

        def closure() -> Tensor:
            self.optimiser.zero_grad()
            cost: Tensor = self.cost(self.picture) * self.picture.numel()
            cost.backward()  # type: ignore[no-untyped-call]
            return cost

        self.optimiser.step(closure)  # type: ignore[no-untyped-call]


def _mean_variation(picture: Tensor) -> Tensor:
    """Return the sum of squared differences of neighbours in (channels, H, W), per position."""
    return torch.stack([picture.diff(dim=axis).square().sum() for axis in (1, 2)]).sum() / picture[0].numel()


class RecogLoop:
    """The same optimisation with recog's own parts."""

    def __init__(self, network: StyleNetwork, settings: StyleSettings, pair: Pair, start: Tensor) -> None:
        self.objective = Objective(network, settings, pair.content, [StyleReference(pair.style, 1.0)])
        self.descent = Descent(start, settings)

    def run(self, evaluations: int) -> None:
        """Run `evaluations` evaluations, each with its update."""
        for _ in range(evaluations):
            _, gradient = self.objective(self.descent.picture)
            self.descent.step(gradient)


class TextbookDescent:
    """Torch's L-BFGS as in the plain loop, with one evaluation per step and bounded steps."""

    def __init__(self, start: Tensor) -> None:
        self.picture = start.clone()
        self.optimiser = torch.optim.LBFGS(
            [self.picture], max_iter=1, tolerance_grad=0, tolerance_change=0, history_size=100
        )
        self.first = True

    def step(self, total: float, gradient: Tensor) -> None:
        """Take one step."""
        scaled, before = gradient * gradient.numel(), self.picture.clone()
        own = min(1.0, 1.0 / float(scaled.abs().sum()))  # the factor that torch puts before its first step
        self.optimiser.param_groups[0]["lr"] = 0.02 / float(scaled.abs().max()) / own if self.first else 1.0
        self.first = False
        self.picture.grad = scaled
        self.optimiser.step(lambda: total * gradient.numel())  # type: ignore[no-untyped-call]
        longest = float((self.picture - before).abs().max())
        if longest > 0.3:
            self.picture.copy_(before.lerp_(self.picture, 0.3 / longest))
            self.optimiser.state[self.picture]["t"] *= 0.3 / longest
