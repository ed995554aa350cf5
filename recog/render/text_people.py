"""People as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from recog.printable import printable
from recog.render.figures import count, distance
from recog.render.table import table
from recog.types import Origin, Person

if TYPE_CHECKING:  # `recog people list` must not load the rest of the library
    from recog.library.people.results import Forgotten, PersonDetail


def people(everybody: Sequence[Person]) -> str:
    """Write people, one a line."""
    if not everybody:
        return "Nobody is enrolled yet: recog enrol NAME PHOTO"
    rows = [
        (printable(person.name), f"{person.confirmed:,}", f"{person.matched:,}", "hidden" if person.hidden else "")
        for person in everybody
    ]
    return table(("name", "confirmed", "matched", ""), rows, right=(1, 2))


def person_line(person: Person) -> str:
    """Write a person in one line."""
    hidden = ", hidden" if person.hidden else ""
    return f"{printable(person.name)}: {person.confirmed:,} confirmed, {person.matched:,} matched{hidden}"


def person_detail(detail: PersonDetail) -> str:
    """Write a person's faces, where each is, and who said so."""
    if not detail.faces:
        return person_line(detail.person)
    rows = []
    for face, paths in detail.faces:
        shown = (
            "" if face.squared_distance is None or face.origin is Origin.CONFIRMED else distance(face.squared_distance)
        )
        where = printable(str(paths[0])) if paths else "no file left"
        rows.append((str(face.id), str(face.origin or "-"), shown, where))
    return f"{person_line(detail.person)}\n{table(('face', 'by', 'distance', 'photo'), rows, right=(0, 2))}"


def forgotten(result: Forgotten) -> str:
    """Write what was erased, and whether anything is left of it."""
    said = f"Forgot {printable(result.name)}: {count(result.faces, 'face')} erased with all that was derived from them."
    if result.styled:
        files = "".join(f"\n  {printable(str(path))}" for path in result.styled)
        said += f"\nPictures made of photos of them are left; delete what should go:{files}"
    if result.complete:
        return said
    return (
        f"{said}\nNot complete yet: another program has the library open, or its disk is full. See to it, then run "
        "'recog check --fix'."
    )
