"""Twins are asked about always: no verb, report or suggestion names a face as one of them."""

import json
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from recog.library.people.disclosure import disclosure
from recog.lookalikes import Likeness
from tests.library.people.test_acts import OLIVE, REDDISH, face_of, name_of
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint
from tests.texts import to_text


def enrolled(library: PaintedLibrary, folder: Path) -> Path:
    """Enrol Ada (red) and Bea (green), and index two more photos of Ada; return one."""
    for name, colour in (("Ada", RED), ("Bea", GREEN)):
        library.people.enrol(name, [paint(folder.parent / f"{name}.png", colour)])
    for noise in (1, 2):
        paint(folder / f"red{noise}.png", REDDISH, noise=noise)
    library.index([folder])
    return folder / "red1.png"


def test_a_twin_is_asked_about_and_named_by_the_user_alone(library: PaintedLibrary, folder: Path) -> None:
    photo = enrolled(library, folder)
    face = face_of(library, photo)
    assert name_of(library, face) == "Ada"
    told = library.people.set_twins("Ada", "Bea")
    assert to_text(told) == "Ada and Bea are twins: recog asks which of them a face is, and names none by itself."
    assert name_of(library, face) is None
    library.people.match_all()
    library.index([paint(folder / "red3.png", REDDISH, noise=3).parent])
    assert library.people.person("Ada").person.matched == 0

    (seen,) = library.identify(photo).faces
    assert (seen.person, seen.likeness) == (None, Likeness.TWINS)
    assert [one.person.name for one in seen.candidates] == ["Ada", "Bea"]
    assert "Ada or Bea?" in to_text(library.identify(photo))
    assert "it may be Ada or Bea, who are twins" in to_text(library.faces.why(face))

    library.people.confirm("Bea", [face])
    (seen,) = library.identify(photo).faces
    assert seen.person is not None
    assert (seen.person.name, seen.candidates) == ("Bea", ())
    library.people.undo()
    library.people.undo()
    assert name_of(library, face) == "Ada"


def test_a_face_that_is_not_one_twin_may_be_the_other_and_is_still_asked_about(
    library: PaintedLibrary, folder: Path
) -> None:
    face = face_of(library, enrolled(library, folder))
    library.people.set_twins("Ada", "Bea")
    library.people.reject("Bea", [face])
    assert name_of(library, face) is None
    assert "it may be Ada, who has a twin" in to_text(library.faces.why(face))


def test_no_group_or_report_joins_or_suggests_a_twin_alone(library: PaintedLibrary, folder: Path) -> None:
    enrolled(library, folder)
    for noise in (4, 5):
        paint(folder / f"blue{noise}.png", BLUE, noise=noise)
    library.index([folder])
    library.people.set_twins("Ada", "Bea")
    naming = library.reports.naming()
    assert [one.who for one in (*naming.likely, *naming.unknown)] == [None]
    (which,) = naming.which
    assert (which.likeness, which.alone, which.group.faces) == (Likeness.TWINS, False, 2)
    assert [(one.person, len(one.samples)) for one in which.candidates] == [("Ada", 1), ("Bea", 1)]
    report = library.reports.duplicates()
    assert all(pair.left.person not in {"Ada", "Bea"} for pair in report.pairs)
    (cluster,) = [one for one in library.groups.cluster().clusters if one.suggestion or one.person]
    assert (cluster.suggestion.twins if cluster.suggestion else cluster.twins) == ("Bea",)


def test_a_face_nearly_as_near_to_two_people_is_asked_about(library: PaintedLibrary, folder: Path) -> None:
    """Yellow is as near to red as to green; the threshold of painted faces lets either name it."""
    for name, colour in (("Ada", RED), ("Bea", GREEN)):
        library.people.enrol(name, [paint(folder.parent / f"{name}.png", colour)])
    between = paint(folder / "between.png", (205, 205, 20))
    olive = paint(folder / "olive.png", OLIVE)
    library.index([folder])
    assert name_of(library, face_of(library, olive)) == "Ada"
    (seen,) = library.identify(between).faces
    assert (seen.person, seen.likeness) == (None, Likeness.LOOKALIKES)
    assert sorted(one.person.name for one in seen.candidates) == ["Ada", "Bea"]
    assert "nearly as near to the one as to the other" in to_text(library.faces.why(face_of(library, between)))
    assert name_of(library, face_of(library, between)) is None
    (which,) = library.reports.naming().which
    assert (which.likeness, which.group.face_ids) == (Likeness.LOOKALIKES, (face_of(library, between),))


def test_who_has_a_twin_is_told_and_disclosed(library: PaintedLibrary, folder: Path) -> None:
    enrolled(library, folder)
    library.people.set_twins("Ada", "Bea")
    (told,) = library.people.twins("bea")
    assert (told.person.name, told.other.name) == ("Bea", "Ada")
    (alike,) = library.people.similar("Ada").similar
    assert alike.twins
    with ZipFile(BytesIO(disclosure(library.context.catalog, "Ada"))) as archive:
        assert json.loads(archive.read("data.json"))["twins"] == ["Bea"]
