"""The verbs that exchange names with files and other programs: people export, people import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recog.cli.acts import MATCH_LATER
from recog.cli.failures import warn
from recog.cli.options import NearOption
from recog.cli.session import Session, verb


@verb
def export_names(
    session: Session,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write a .json or .csv file.", show_default=False)
    ] = None,
    xmp: Annotated[
        Path | None,
        typer.Option(
            "--xmp", metavar="DIR", help="Write XMP sidecars below DIR, one for each photo.", show_default=False
        ),
    ] = None,
    beside: Annotated[
        bool, typer.Option("--beside", help="Write XMP sidecars beside the photos; add to existing ones.")
    ] = False,
    matched: Annotated[bool, typer.Option("--matched", help="Also write the names that recog found itself.")] = False,
) -> None:
    """Write the names and places of faces to a file or to XMP sidecars.

    `recog people import` reads FILE or DIR into another library of the same photos. A .json file also holds the faces
    that you rejected ("not this person") or ignored; .csv files and sidecars hold only names.

    Sidecars hold face regions that digiKam, Lightroom and Windows read. --xmp puts them below DIR, under the full path
    of each photo, and never changes a sidecar that another program wrote.

    --beside writes IMG.jpg.xmp beside IMG.jpg, or adds to the sidecar that is there. It keeps everything that other
    programs wrote there, except their name for a face that you named differently. Photos are never changed.

    Example:
      recog people export --out names.json
      recog people export --xmp sidecars
      recog people export --beside
    """
    from recog.render import text_exchange

    if xmp == Path("--beside"):  # `--xmp --beside`: --xmp takes the next word, whatever it is
        xmp, beside = None, True
    if [out is not None, xmp is not None, beside].count(True) != 1:
        raise typer.BadParameter("give one of --out FILE, --xmp DIR and --beside")
    with session.open() as library:
        if out is not None:
            session.show(library.names.export(out, matched=matched), text_exchange.exported)
        if xmp is not None:
            session.show(library.names.export_sidecars(xmp, matched=matched), text_exchange.exported)
        if beside:
            session.show(library.names.export_beside(matched=matched), text_exchange.exported)


@verb
def import_names(
    session: Session,
    sources: Annotated[list[Path], typer.Argument(metavar="PATH...", show_default=False)],
    replace: Annotated[
        bool,
        typer.Option(
            "--replace", help="Also rename faces with another confirmed name, and faces that were rejected or ignored."
        ),
    ] = False,
    near: NearOption = False,
) -> None:
    """Import names from an export file, from XMP sidecars, or from the photos themselves.

    PATH is a file of `recog people export --out` (.json or .csv), an .xmp sidecar with MWG or Microsoft regions, a
    photo that contains such regions, or a folder of sidecars and photos. Each name goes to the face at the same place
    of the same photo, and counts as confirmed. A region where recog found no face becomes a face drawn by hand, as by
    `recog people mark`. Other names without a face are listed, and so are new names that are nearly those of existing
    people. A sidecar wins over its photo. What you recorded here wins over both, unless you
    give --replace. Similar faces are named too, as after `recog people confirm`.

    Example:
      recog people import names.json
      recog people import ~/Pictures
    """
    from recog.photos import photo_suffixes
    from recog.render import text_exchange

    tables = [path for path in sources if path.suffix.lower() in {".json", ".csv"} and not path.is_dir()]
    sidecars = [path for path in sources if path.is_dir() or path.suffix.lower() in {".xmp", *photo_suffixes()}]
    if (strange := set(sources) - set(tables) - set(sidecars)) != set():
        raise typer.BadParameter(f"{min(strange)} is no .json, .csv or .xmp file, no photo and no folder")
    if len(sources) > 1 and tables:
        raise typer.BadParameter("give only one export file; sidecars, photos and folders may be several")
    with session.open() as library:
        session.show(
            library.names.import_file(tables[0], replace=replace, near=near)
            if tables
            else library.names.import_sidecars(sidecars, replace=replace, near=near),
            text_exchange.imported,
        )
        if not library.people.matched_at_once:
            warn(MATCH_LATER)
