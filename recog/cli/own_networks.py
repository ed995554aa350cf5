"""The verbs about networks of the user's own: models add, set-head, remove."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from recog.cli.option_values import option_values
from recog.cli.session import Session, verb

if TYPE_CHECKING:  # it loads NumPy, which only a running verb needs
    from recog.library.maintenance.own_networks import Origin, Preprocessing

_Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the network.", show_default=False)]
_NOT_STATED = "not stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkOptions:
    """The ONNX file of a network, what the network sees of a face, and where it comes from."""

    onnx: Annotated[Path, typer.Option("--onnx", metavar="FILE", help="The network's ONNX file.", show_default=False)]
    size: Annotated[
        int, typer.Option(min=16, max=1024, metavar="PX", help="Side of the face that it takes.", show_default=False)
    ]
    align: Annotated[
        Literal["arcface", "box", "dlib"],
        typer.Option(help="Turn faces by five landmarks, to the places of arcface or dlib, or cut along the box."),
    ]
    colour: Annotated[Literal["rgb", "bgr"], typer.Option(help="Order of its channels.")]
    mean: Annotated[
        str, typer.Option(metavar="M[,M,M]", help="Its input is (pixel - M) / S, pixels being 0 to 255.")
    ] = "0"
    scale: Annotated[str, typer.Option(metavar="S[,S,S]", help="See --mean; above 0.")] = "1"
    dim: Annotated[
        int | None,
        typer.Option(min=2, max=4096, metavar="N", help="Numbers of its output.", show_default="the file's"),
    ] = None
    crop_scale: Annotated[
        float, typer.Option(min=0.5, max=4.0, metavar="X", help="Side of a cut along the box, over the box's side.")
    ] = 1.19
    flip: Annotated[bool, typer.Option("--flip", help="Average with the mirror image.")] = False
    licence: Annotated[str, typer.Option(metavar="TEXT", help="Licence of the weights.")] = _NOT_STATED
    trained_on: Annotated[str, typer.Option(metavar="TEXT", help="The photos that it was trained on.")] = _NOT_STATED
    non_commercial: Annotated[
        bool, typer.Option("--non-commercial", help="Its licence forbids commercial use: say so in `models list`.")
    ] = False

    def preprocessing(self) -> Preprocessing:
        """Return what the network sees."""
        from recog.library.maintenance.own_networks import Preprocessing

        return Preprocessing(
            input_size=self.size,
            alignment=self.align,
            colour=self.colour,
            mean=_by_channel("--mean", self.mean),
            scale=_by_channel("--scale", self.scale, positive=True),
            crop_scale=self.crop_scale,
            flip=self.flip,
        )

    def origin(self) -> Origin:
        """Return where the network comes from."""
        from recog.library.maintenance.own_networks import Origin

        return Origin(licence=self.licence, trained_on=self.trained_on, non_commercial=self.non_commercial)


@verb
@option_values
def add(
    session: Session,
    name: _Name,
    *,
    options: NetworkOptions,
    replace: Annotated[
        bool, typer.Option("--replace", help="Take the place of a network of your own that is called NAME.")
    ] = False,
) -> None:
    """Add a network of your own from an ONNX file, as NAME.

    Copies the file into the directory of the setting `own_networks`, runs it once on noise, and describes it. The
    setting `network` chooses it; `recog calibrate` measures its threshold, without which it names nobody.

    Example:
      recog models add arcface --onnx w600k_r50.onnx --size 112 --align arcface --colour rgb --mean 127.5 --scale 127.5
    """
    from recog.library.maintenance.own_networks import add_network
    from recog.render.text_networks import added

    made = add_network(
        session.settings(),
        name,
        options.onnx,
        options.preprocessing(),
        options.origin(),
        dim=options.dim,
        replace=replace,
    )
    session.show(made, added)


@verb
def set_head(
    session: Session,
    name: _Name,
    head: Annotated[
        Path | None,
        typer.Argument(metavar="[HEAD]", help="The file HEAD.safetensors; left out: none.", show_default=False),
    ] = None,
) -> None:
    """Put a trained head on the network NAME of your own, or take it off.

    `recog train head` trains it while the setting `network` is NAME. The head's calibration comes with it.

    Example:
      recog models set-head arcface heads/arcface-triplet128.safetensors
    """
    from recog.library.maintenance import own_networks
    from recog.render.text_networks import with_head

    session.show(own_networks.set_head(session.settings(), name, head), with_head)


@verb
def remove(session: Session, name: _Name) -> None:
    """Remove the network NAME of your own, with its files.

    Example:
      recog models remove arcface
    """
    from recog.library.maintenance.own_networks import remove_network
    from recog.render.text_networks import removed

    session.show(remove_network(session.settings(), name), removed)


def _by_channel(option: str, text: str, *, positive: bool = False) -> float | tuple[float, float, float]:
    """Return one number, or three for the channels in the network's order; above 0 if they must be positive."""
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        values = []
    match [value for value in values if math.isfinite(value) and (value > 0 or not positive)]:
        case [one] if len(values) == 1:
            return one
        case [first, second, third] if len(values) == 3:
            return (first, second, third)
    kind = "number above 0" if positive else "number"
    raise typer.BadParameter(f"{text!r} is not one {kind}, or three with commas", param_hint=option)
