"""The verb that shows everybody: report people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recog.cli.session import Session, verb
from recog.printable import printable


@verb
def people_report(
    session: Session,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Write a page (.html).")],
) -> None:
    """Show everybody on a page: whom to name, by which command.

    Groups of faces without a name, people with theirs, and faces that are alone, each face with its number. Hidden
    people and ignored faces are left out. An earlier FILE is replaced.

    Example:
      recog report people --out people.html
    """
    if out.suffix.lower() not in {".html", ".htm"}:
        raise typer.BadParameter("--out takes a name that ends in .html")
    with session.open() as library:
        report = library.reports.people()
    from recog.render.people_page import people_sentence, write_people

    write_people(report, out)
    document = {
        "file": out,
        "people": len(report.people),
        "groups": [
            {"number": one.number, "faces": one.faces, "suggestion": one.suggestion, "command": one.command}
            for one in report.groups
        ],
        "lone_faces": report.all_lone,
        "ignored": report.ignored,
    }
    session.show_document(document, f"Wrote {printable(out)}: {people_sentence(report)}.")
