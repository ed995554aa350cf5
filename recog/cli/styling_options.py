"""The options of `recog style run` as one value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from recog.cli.style_search_options import StyleSearchOptions
from recog.style.settings import Colours, Faces, StyleNet, StyleSettings


class Form(StrEnum):
    """File formats of a result."""

    PNG = "png"
    JPG = "jpg"
    TIFF = "tiff"


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleRunOptions:
    """What `recog style run` is told besides its photos."""

    style: Annotated[
        list[Path], typer.Option("--style", metavar="PAINTING", help="A style; may be repeated.", show_default=False)
    ]
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Write the pictures to DIR.", show_default=False)]
    person: Annotated[
        str | None, typer.Option("--person", metavar="NAME", help="Style the photos of NAME.", show_default=False)
    ] = None
    folder: Annotated[
        Path | None, typer.Option("--folder", metavar="DIR", help="Style the photos below DIR.", show_default=False)
    ] = None
    blend: Annotated[
        str | None,
        typer.Option(metavar="W,W...", help="Blend all styles in one picture, with these weights.", show_default=False),
    ] = None
    size: Annotated[int, typer.Option(metavar="PX", help="Longest side of a result.")] = 512
    steps: Annotated[int, typer.Option(metavar="N", help="Optimiser steps, over all scales.")] = 60
    weight: Annotated[float, typer.Option(metavar="W", help="Weight of the style.")] = 20.0
    faces: Annotated[Faces, typer.Option(help="Keep faces, style them softly, or style them fully.")] = Faces.SOFT
    colours: Annotated[
        Colours, typer.Option(help="Take colours from the style, or from the photo (luminance, match).")
    ] = Colours.STYLE
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 0
    network: Annotated[StyleNet, typer.Option(help="Network that measures style.")] = StyleNet.VGG16_HED
    form: Annotated[Form, typer.Option("--format", help="File format of a result.")] = Form.PNG
    film: Annotated[
        int, typer.Option(metavar="N", min=0, help="Make a film of each picture, a frame every N steps; 0 is none.")
    ] = 0

    def settings(self, search: StyleSearchOptions) -> StyleSettings:
        """Return the settings of the style transfer; ConfigError if one is out of range."""
        return StyleSettings(
            network=self.network.value,
            size=self.size,
            steps=self.steps,
            beta=self.weight,
            faces=self.faces,
            colours=self.colours,
            seed=self.seed,
            **search.changes(),
        )

    def weights(self) -> list[float] | None:
        """Return the weights of --blend; None without it."""
        if self.blend is None:
            return None
        try:
            return [float(weight) for weight in self.blend.split(",")]
        except ValueError as error:
            raise typer.BadParameter(
                f"--blend takes numbers with commas between them, like 70,30, not {self.blend}"
            ) from error
