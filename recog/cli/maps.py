"""The verb that draws the embedding map: report map."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recog.cli.session import Session, verb
from recog.printable import printable


@verb
def face_map(
    session: Session,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Write a page (.html) or a picture (.png).")],
    person: Annotated[
        str | None, typer.Option("--person", metavar="NAME", help="Show only the faces of NAME.", show_default=False)
    ] = None,
    anew: Annotated[bool, typer.Option("--anew", help="Lay all faces out anew.")] = False,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of the random numbers.")] = 0,
) -> None:
    """Draw a map of the faces, with similar faces close together (t-SNE).

    The places of the library's map are kept: new faces join it, and `recog serve` shows it. A page shows the thumbnail
    and the name of the face under the pointer. Needs the extra `plots`.

    Example:
      recog report map --out map.html
      recog report map --person "Ada Lovelace" --out ada.png
    """
    if out.suffix.lower() not in {".html", ".htm", ".png"}:
        raise typer.BadParameter("--out needs a name that ends in .html or .png")
    with session.open() as library:
        found = library.reports.face_map(person, seed=seed, anew=anew)
    from recog.render.face_map import caption, kept_words, title, write_map

    write_map(found, out)
    document = {
        "file": out,
        "person": found.person,
        "faces": len(found.faces),
        "all_faces": len(found.faces),
        "added": found.added,
        "kept": found.kept,
    }
    words = f"Wrote {printable(out)}. {title(found)}: {caption(found)} {kept_words(found)}"
    session.show_document(document, words.rstrip())
