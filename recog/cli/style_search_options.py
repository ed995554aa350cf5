"""The options of `recog style run` that decide how a picture is searched: its costs, start and optimiser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from recog.nn.pooling import PoolingKind
from recog.style.settings import Form, Optimiser, Start, StyleSettings

_DEFAULT = StyleSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleSearchOptions:
    """The knobs of the search, each with the default of StyleSettings."""

    start: Annotated[Start, typer.Option(help="Start from the photo, noise, grey, or a blend of photo and noise.")] = (
        _DEFAULT.start
    )
    noise: Annotated[float, typer.Option(metavar="S", help="Share of noise, 0 to 1, in --start blend.")] = (
        _DEFAULT.noise
    )
    content_weight: Annotated[float, typer.Option(metavar="W", help="Weight of the content.")] = _DEFAULT.alpha
    smoothness: Annotated[float, typer.Option(metavar="W", help="Weight of the total variation; less is rougher.")] = (
        _DEFAULT.variation
    )
    content_layer: Annotated[str, typer.Option(metavar="LAYER", help="Layer that compares the content.")] = (
        _DEFAULT.content_layer
    )
    style_layers: Annotated[
        str,
        typer.Option(
            metavar="LAYER:W,...", help="Layers that compare the style, with weights; without a weight it is 1."
        ),
    ] = ",".join(f"{name}:{weight:g}" for name, weight in _DEFAULT.style_layers)
    pooling: Annotated[PoolingKind, typer.Option(help="Halve maps by the average or the largest value.")] = (
        _DEFAULT.pooling
    )
    costs: Annotated[
        Form,
        typer.Option(
            help="Costs as shares of their target, centred or not, as in the paper (textbook), or as in Ng's course."
        ),
    ] = _DEFAULT.form
    optimiser: Annotated[Optimiser, typer.Option(help="L-BFGS, Adam, or plain gradient descent.")] = _DEFAULT.optimiser
    rate: Annotated[float, typer.Option(metavar="R", help="Learning rate; try 0.02 with adam.")] = (
        _DEFAULT.learning_rate
    )
    scales: Annotated[int, typer.Option(metavar="N", help="Scales from coarse to fine, each twice as large.")] = (
        _DEFAULT.scales
    )
    style_scale: Annotated[
        float, typer.Option(metavar="F", help="Size of the painting over the result's; more has larger strokes.")
    ] = _DEFAULT.style_scale

    def changes(self) -> dict[str, Any]:
        """Return the settings by name, to be given to StyleSettings."""
        return {
            "start": self.start,
            "noise": self.noise,
            "alpha": self.content_weight,
            "variation": self.smoothness,
            "content_layer": self.content_layer,
            "style_layers": layer_weights(self.style_layers),
            "pooling": self.pooling,
            "form": self.costs,
            "optimiser": self.optimiser,
            "learning_rate": self.rate,
            "scales": self.scales,
            "style_scale": self.style_scale,
        }


def layer_weights(given: str) -> tuple[tuple[str, float], ...]:
    """Read layers with weights, such as relu1_1:1,relu2_1:0.5; BadParameter for anything else."""
    found = []
    for part in given.split(","):
        name, colon, weight = part.strip().partition(":")
        try:
            found.append((name, float(weight) if colon else 1.0))
        except ValueError:
            name = ""
        if not name:
            raise typer.BadParameter(
                f"--style-layers takes layers with weights and commas between them, like relu1_1:1,relu2_1:0.5, "
                f"not {given}"
            )
    return tuple(found)
