"""The verbs by which names leave and enter: people export, people import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recog.cli.acts import NEAR, PULL_IN
from recog.cli.failures import say
from recog.cli.session import Session, verb


@verb
def export_names(
    session: Session,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write a .json or .csv file.", show_default=False)
    ] = None,
    xmp: Annotated[
        Path | None,
        typer.Option("--xmp", metavar="DIR", help="Write XMP sidecars below DIR, one a photo.", show_default=False),
    ] = None,
    beside: Annotated[
        bool, typer.Option("--beside", help="Write XMP sidecars beside the photos, into those that are there.")
    ] = False,
    matched: Annotated[
        bool, typer.Option("--matched", help="Write the names that recog gave by distance too.")
    ] = False,
) -> None:
    """Write who is where in which photo, to a file or to XMP sidecars.

    `recog people import` takes FILE, or DIR, into another library of the same photos. A .json file also holds the faces
    that you rejected ("not this person") or ignored; .csv and sidecars hold names alone.

    Sidecars hold face regions as digiKam, Lightroom and Windows read them, below DIR under each photo's whole path;
    the photos and their folders stay as they are, and so does a sidecar that another program wrote.

    --beside writes IMG.jpg.xmp beside IMG.jpg, or adds to the sidecar that is there. All that recog did not write in it
    stays as it is, but another program's name for a face that you called otherwise. The photos stay as they are.

    Example:
      recog people export --out names.json
      recog people export --xmp sidecars
      recog people export --beside
    """
    if xmp == Path("--beside"):  # `--xmp --beside`: --xmp takes the next word, whatever it is
        xmp, beside = None, True
    if [out is not None, xmp is not None, beside].count(True) != 1:
        raise typer.BadParameter("name one of --out FILE, --xmp DIR and --beside")
    with session.open() as library:
        if out is not None:
            session.show(library.names.export(out, matched=matched))
        if xmp is not None:
            session.show(library.names.export_sidecars(xmp, matched=matched))
        if beside:
            session.show(library.names.export_beside(matched=matched))


@verb
def import_names(
    session: Session,
    sources: Annotated[list[Path], typer.Argument(metavar="PATH...", show_default=False)],
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Rename faces that bear another confirmed name, or were rejected or ignored."),
    ] = False,
    near: Annotated[bool, NEAR] = False,
) -> None:
    """Confirm the names that a file of `recog people export`, XMP sidecars, or photos themselves, say.

    PATH is the FILE that `recog people export --out FILE` wrote (.json or .csv), an .xmp sidecar (MWG or Microsoft
    regions), a photo with such regions in it, or a folder of them, as --xmp DIR. A name goes to the face of the same
    photo at the same place; what finds none is listed, and so is a name that nobody has here while somebody has nearly
    that name. What a sidecar says goes before what its photo says. What you said of faces here stays, unless you ask
    for --replace. Faces near those that got a name are named by distance, as after `recog people confirm`.

    Example:
      recog people import names.json
      recog people import ~/Pictures
    """
    from recog.photos import photo_suffixes

    tables = [path for path in sources if path.suffix.lower() in {".json", ".csv"} and not path.is_dir()]
    sidecars = [path for path in sources if path.is_dir() or path.suffix.lower() in {".xmp", *photo_suffixes()}]
    if (strange := set(sources) - set(tables) - set(sidecars)) != set():
        raise typer.BadParameter(f"{min(strange)} is no .json, .csv or .xmp file, no photo and no folder")
    if len(sources) > 1 and tables:
        raise typer.BadParameter("one file of names at a time; sidecars, photos and folders may be several")
    with session.open() as library:
        session.show(
            library.names.import_file(tables[0], replace=replace, near=near)
            if tables
            else library.names.import_sidecars(sidecars, replace=replace, near=near)
        )
        if not library.people.matched_at_once:
            say(PULL_IN)
