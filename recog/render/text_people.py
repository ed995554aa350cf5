"""People as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from recog.printable import printable
from recog.render.figures import count, distance
from recog.render.table import table
from recog.render.taken import day_in_words
from recog.types import Origin, Person

if TYPE_CHECKING:  # `recog people list` must not load the rest of the library
    from recog.library.browsing.faces import IgnoredPage
    from recog.library.people.results import Forgotten, PersonDetail, SimilarPeople


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


def born_line(person: Person) -> str:
    """Write on which day a person was born."""
    if person.born is None:
        return f"{printable(person.name)}: no date of birth"
    return f"{printable(person.name)}: born on {day_in_words(person.born)}"


def cover_line(person: Person) -> str:
    """Write which face stands for a person, and whether another one stands in."""
    name = printable(person.name)
    if person.cover_face_id is None:
        return f"{name}: no face to show"
    if person.chosen_cover_face_id is None:
        return f"{name}: shown by face {person.cover_face_id}, which recog chose"
    if person.chosen_cover_face_id == person.cover_face_id:
        return f"{name}: shown by face {person.cover_face_id}, which you chose"
    return (
        f"{name}: shown by face {person.cover_face_id}, because face {person.chosen_cover_face_id} is no longer theirs"
    )


def similar(found: SimilarPeople) -> str:
    """Write who looks like a person, one a line, the most alike first."""
    if not found.similar:
        return f"Nobody to compare with {printable(found.person.name)}: that takes confirmed faces of two people."
    rows = [
        (
            printable(one.person.name),
            distance(one.squared_distance),
            "twins" if one.twins else "said to be another person" if one.distinct else "",
        )
        for one in found.similar
    ]
    return table(("name", "distance", ""), rows, right=(1,))


def ignored(found: IgnoredPage) -> str:
    """Write ignored faces with their photos, one a line."""
    if not found.faces:
        return "No further face is ignored." if found.all else "No face is ignored."
    rows = [(str(face.id), str(face.photo_id)) for face in found.faces]
    shown = f"{count(len(found.faces), 'face')} of {found.all:,} ignored. 'recog people unignore FACE' takes one back."
    return f"{table(('face', 'photo'), rows, right=(0, 1))}\n{shown}"


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
