"""The verb that shows everybody on one page: report people."""

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
    """Write a page of all people, and of groups to name with the command for each.

    Shows groups of faces without a name, the people with their faces, and single faces, each with its face number.
    Hidden people and ignored faces are left out. An existing FILE is replaced.

    Example:
      recog report people --out people.html
    """
    if out.suffix.lower() not in {".html", ".htm"}:
        raise typer.BadParameter("--out needs a name that ends in .html")
    with session.open() as library:
        report = library.reports.people()
    from recog.render.commands import name_group
    from recog.render.people_page import people_sentence, write_people

    write_people(report, out)
    document = {
        "file": out,
        "people": len(report.people),
        "groups": [
            {"number": one.number, "faces": one.faces, "suggestion": one.suggestion, "command": name_group(one)}
            for one in report.groups
        ],
        "lone_faces": report.all_lone,
        "ignored": report.ignored,
    }
    session.show_document(document, f"Wrote {printable(out)}: {people_sentence(report)}.")
