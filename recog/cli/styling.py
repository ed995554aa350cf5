"""The verbs that style photos: style run, list, show, clear, gallery."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from recog.cli.failures import leave, say
from recog.cli.progress import styling_bar
from recog.cli.session import Session, verb
from recog.cli.start import INTERRUPTED
from recog.render.figures import count


class StyleNet(StrEnum):
    """The networks that look at style."""

    VGG16_HED = "vgg16-hed"
    VGG16 = "vgg16"
    VGG19 = "vgg19"


class FaceCare(StrEnum):
    """What becomes of faces."""

    KEEP = "keep"
    SOFT = "soft"
    STYLE = "style"


class ColourChoice(StrEnum):
    """Whose colours the result has."""

    STYLE = "style"
    LUMINANCE = "luminance"
    MATCH = "match"


class Form(StrEnum):
    """What can be written."""

    PNG = "png"
    JPG = "jpg"
    TIFF = "tiff"


@verb
def run(
    session: Session,
    photos: Annotated[list[Path] | None, typer.Argument(metavar="[PHOTO...]", show_default=False)] = None,
    *,
    style: Annotated[
        list[Path], typer.Option("--style", metavar="PAINTING", help="A style; may be repeated.", show_default=False)
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the pictures go.", show_default=False)],
    person: Annotated[
        str | None, typer.Option("--person", metavar="NAME", help="Style the photos of NAME.", show_default=False)
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--folder", metavar="DIR", help="Style the photos below DIR.", show_default=False)
    ] = None,
    blend: Annotated[
        str | None,
        typer.Option(metavar="W,W...", help="Blend all styles in one picture, by these weights.", show_default=False),
    ] = None,
    size: Annotated[int, typer.Option(metavar="PX", help="Longest side of a result.")] = 512,
    steps: Annotated[int, typer.Option(metavar="N", help="Optimiser steps, over all scales.")] = 60,
    weight: Annotated[float, typer.Option(metavar="W", help="Weight of the style; that of the content is 1.")] = 20.0,
    faces: Annotated[FaceCare, typer.Option(help="Keep faces, soften the style there, or style them.")] = FaceCare.SOFT,
    colours: Annotated[
        ColourChoice, typer.Option(help="Colours of the style; or of the photo, by luminance or by match.")
    ] = ColourChoice.STYLE,
    seed: Annotated[int, typer.Option(help="Start of the random numbers.")] = 0,
    network: Annotated[StyleNet, typer.Option(help="The network that looks at style.")] = StyleNet.VGG16_HED,
    form: Annotated[Form, typer.Option("--format", help="What is written.")] = Form.PNG,
) -> None:
    """Paint photos in the manner of each PAINTING, or of all at once with --blend.

    The photos are those named, those of a person, or those below a folder. What is there is kept, no file is ever
    overwritten; Ctrl-C at any time, run again and it goes on.

    Example:
      recog style run --style starry-night.jpg --person Ada --faces soft --out gallery/
      recog style run --style waves.jpg --style sun.jpg --blend 70,30 --folder album/ --out gallery/
    """
    if sum((bool(photos), person is not None, folder is not None)) != 1:
        raise typer.BadParameter("name one of PHOTO..., --person NAME and --folder DIR")
    from recog.style.settings import Colours, Faces, StyleSettings

    weights = None if blend is None else _weights(blend)
    settings = StyleSettings(
        network=network.value,
        size=size,
        steps=steps,
        beta=weight,
        faces=Faces(faces.value),
        colours=Colours(colours.value),
        seed=seed,
    )
    with session.open() as library, styling_bar() as progress:
        report = library.styles.run(
            style,
            out,
            photos=photos or (),
            person=person,
            folder=folder,
            blend=weights,
            settings=settings,
            suffix=f".{form.value}",
            progress=progress,
        )
    session.show(report)
    if report.interrupted:
        leave("interrupted; finished pictures are kept, and running the same command again goes on", INTERRUPTED)
    missed = len(report.failed) + len(report.unreadable)
    if missed and not report.made and not report.kept:
        leave("no picture was made; the reasons are listed above")


def _weights(written: str) -> list[float]:
    try:
        return [float(weight) for weight in written.split(",")]
    except ValueError as error:
        raise typer.BadParameter(
            f"--blend takes numbers with commas between them, like 70,30, not {written}"
        ) from error


@verb
def list_jobs(session: Session) -> None:
    """List every styled picture and how far it got.

    Example:
      recog style list
    """
    with session.open() as library:
        session.show(library.styles.jobs())


@verb
def show(session: Session, job: Annotated[int, typer.Argument(min=1, metavar="JOB", show_default=False)]) -> None:
    """Show what picture number JOB was made of, how, and how its costs fell.

    Example:
      recog style show 7
    """
    with session.open() as library:
        session.show(library.styles.job(job))


@verb
def clear(
    session: Session,
    failed: Annotated[bool, typer.Option("--failed", help="Drop failed jobs alone.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Drop finished jobs too.")] = False,
) -> None:
    """Drop jobs that left no picture from the list; pictures stay.

    Once its job is dropped, a finished picture is a file like any other: a later run does not overwrite it.

    Example:
      recog style clear
    """
    if failed and everything:
        raise typer.BadParameter("--failed or --all, not both")
    with session.open() as library:
        session.show(library.styles.clear(failed=failed, done=everything))


@verb
def gallery(
    session: Session,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Write this page.", show_default=False)],
) -> None:
    """Write one page with each photo, style and result side by side.

    The page holds its pictures itself and fetches nothing; an earlier FILE is replaced.

    Example:
      recog style gallery --out gallery.html
    """
    from recog.render.style_gallery import write_gallery

    if out.suffix.lower() != ".html":
        raise typer.BadParameter(f"{out} is no .html file")
    with session.open() as library:
        found = library.styles.gallery()
    if not found.entries:
        leave("there is no finished picture yet: 'recog style run' makes some")
    write_gallery(found, out)
    say(f"wrote {out} with {count(len(found.entries), 'picture')}")
    if session.as_json:
        session.show_document({"path": out, "pictures": len(found.entries)}, "")
