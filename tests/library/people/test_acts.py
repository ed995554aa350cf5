"""The user's decisions survive every job, and can be undone."""

from pathlib import Path

import pytest

from recog.errors import CatalogError, UnknownPersonError, WayOut
from recog.library.recognition.matching import match_now
from recog.types import Origin
from tests.painted import BLUE, GREEN, RED, WHITE, PaintedLibrary, paint
from tests.texts import to_text

REDDISH = (240, 60, 60)
"""Near RED: by distance the same person."""
OLIVE = (207, 197, 20)
"""Between RED and GREEN: near enough to both for a name, and so much nearer to RED that nobody is asked."""
ORANGE = (200, 150, 20)
"""Near enough to RED to get its name, but not in a photo that shows RED too."""


def face_of(library: PaintedLibrary, path: Path, number: int = 1) -> int:
    """Return the number of a photo's face; place counts from the left."""
    photo = library.context.catalog.photos.at([path])[path]
    return sorted(library.context.catalog.faces.of_photo(photo.id), key=lambda face: face.box.left)[number - 1].id


def name_of(library: PaintedLibrary, face_id: int) -> str | None:
    person_id = library.context.catalog.faces.by_ids([face_id])[face_id].person_id
    return None if person_id is None else library.context.catalog.people.by_id(person_id).name


@pytest.fixture
def reds(library: PaintedLibrary, folder: Path) -> list[int]:
    """Index three red faces, on photos red0 to red2, and a blue one; nobody is enrolled."""
    paths = [paint(folder / f"red{number}.png", RED, noise=number) for number in range(3)]
    paint(folder / "blue.png", BLUE)
    library.index([folder])
    return [face_of(library, path) for path in paths]


def test_naming_one_face_pulls_in_the_others(library: PaintedLibrary, folder: Path, reds: list[int]) -> None:
    assert library.people.matched_at_once
    enrolment = library.people.enrol("Ada", [folder / "red0.png"])
    assert (enrolment.person.confirmed, enrolment.person.matched) == (1, 2)
    assert library.status().faces_named == 3
    assert library.people.confirm("Ada", reds[1:2]).person.matched == 1


def test_a_large_library_is_not_named_by_every_word(library: PaintedLibrary, folder: Path, reds: list[int]) -> None:
    library.people.enrol("Ada", [folder / "red0.png"])
    assert match_now(library.context.catalog, library.networks, k=5, limit=3) is None
    report = match_now(library.context.catalog, library.networks, k=5, limit=4)
    assert report is not None
    assert report.unknown == 1


def test_a_rejected_face_goes_to_the_next_best_person_and_never_back(library: PaintedLibrary, folder: Path) -> None:
    olive = paint(folder / "olive.png", OLIVE)
    paint(folder / "red.png", RED)
    paint(folder / "green.png", GREEN)
    library.index([folder])
    library.people.enrol("Gwen", [folder / "green.png"])
    library.people.enrol("Ada", [folder / "red.png"])
    face = face_of(library, olive)
    assert name_of(library, face) == "Ada"
    library.people.reject("Ada", [face])
    assert name_of(library, face) == "Gwen"
    library.people.match_all()
    assert name_of(library, face) == "Gwen"
    (seen,) = library.identify(olive).faces
    assert seen.person is not None
    assert seen.person.name == "Gwen"
    library.people.reject("Gwen", [face])
    library.index([folder])
    library.people.match_all()
    assert name_of(library, face) is None
    assert library.identify(olive).faces[0].person is None
    library.people.confirm("Ada", [face])
    assert name_of(library, face) == "Ada"


def test_of_two_faces_of_a_photo_the_nearer_one_gets_the_name(library: PaintedLibrary, folder: Path) -> None:
    both, alone = paint(folder / "both.png", ORANGE, (225, 30, 20)), paint(folder / "alone.png", ORANGE)
    mirror, said = paint(folder / "mirror.png", (228, 22, 20), RED), paint(folder / "said.png", ORANGE, OLIVE)
    library.index([folder])
    library.people.enrol("Ada", [paint(folder.parent / "ada.png", RED)])

    def names(photo: Path) -> list[str | None]:
        return [face.person.name if face.person else None for face in library.identify(photo).faces]

    assert names(both) == [None, "Ada"]
    assert names(alone) == ["Ada"]
    assert names(mirror) == ["Ada", "Ada"]
    assert "unknown     0.3" in to_text(library.identify(both))
    assert "Ada, who is a nearer face here" in to_text(library.identify(both))
    assert name_of(library, face_of(library, both, 1)) is None
    assert name_of(library, face_of(library, both, 2)) == "Ada"
    assert name_of(library, face_of(library, alone)) == "Ada"
    assert [name_of(library, face_of(library, mirror, number)) for number in (1, 2)] == ["Ada", "Ada"]
    reasons = library.faces.why(face_of(library, both, 1))
    assert reasons.second
    assert "is another face of the same photo already" in to_text(reasons)
    assert [name_of(library, face_of(library, said, number)) for number in (1, 2)] == ["Ada", None]
    library.people.confirm("Ada", [face_of(library, said, 2)])
    assert [name_of(library, face_of(library, said, number)) for number in (1, 2)] == ["Ada", "Ada"]


def test_an_ignored_face_is_named_grouped_and_reported_by_no_job(
    library: PaintedLibrary, folder: Path, reds: list[int]
) -> None:
    library.people.enrol("Ada", [folder / "red0.png"])
    library.groups.cluster()
    assert library.people.ignore(reds[1:]).total == 2
    library.people.match_all()
    assert [name_of(library, face_id) for face_id in reds] == ["Ada", None, None]
    assert library.identify(folder / "red1.png").faces[0].person is None
    assert library.groups.cluster().clusters == ()
    assert library.groups.cluster(full=True).clusters == ()
    assert library.reports.duplicates().clusters == ()
    assert library.people.ignore(reds[1:], ignored=False).total == 0
    assert name_of(library, reds[1]) == "Ada"
    assert [one.face_ids for one in library.groups.cluster().clusters] == [tuple(reds)]
    assert [one.face_ids for one in library.groups.cluster(full=True).clusters] == [tuple(reds)]


def test_people_told_apart_are_never_reported_as_one_again(library: PaintedLibrary, folder: Path) -> None:
    library.people.enrol("Ada", [paint(folder / "a.png", RED)])
    library.people.enrol("Annabella", [paint(folder / "b.png", REDDISH)])
    assert len(library.reports.duplicates().pairs) == 1
    told = library.people.distinct("Annabella", "Ada")
    assert (told.person.name, told.other.name) == ("Annabella", "Ada")
    assert library.reports.duplicates().pairs == ()
    library.people.undo()
    assert len(library.reports.duplicates().pairs) == 1


def test_a_wrong_word_is_undone_with_all_that_followed_from_it(
    library: PaintedLibrary, folder: Path, reds: list[int]
) -> None:
    library.people.enrol("Ada", [folder / "red0.png"])
    assert [name_of(library, face_id) for face_id in reds] == ["Ada"] * 3
    assert library.people.undo().kind == "enrol"
    assert [name_of(library, face_id) for face_id in reds] == [None] * 3
    assert library.people.all() == ()
    with pytest.raises(CatalogError, match="nothing to undo"):
        library.people.undo()
    assert [act.undone_at is not None for act in library.people.history().acts] == [True]


def test_a_name_of_two_people_is_split_and_stays_split(library: PaintedLibrary, folder: Path) -> None:
    for number in range(3):
        paint(folder / f"green{number}.png", GREEN, noise=number)
    for number in range(4):
        paint(folder / f"red{number}.png", RED, noise=number)
    white = paint(folder / "white.png", WHITE)
    library.index([folder])
    everything = sorted(path for path in folder.iterdir() if path != white)
    faces = {path.stem: face_of(library, path) for path in everything}
    library.people.confirm("Ada", list(faces.values()), new=True)
    library.people.confirm("Ada", [face_of(library, white)])
    result = library.people.split("Ada")
    greens = tuple(faces[f"green{number}"] for number in range(3))
    assert result.groups == (greens, (face_of(library, white),))
    assert {name_of(library, face_id) for face_id in greens} == {None}
    library.people.match_all()
    assert library.people.person("Ada").person.confirmed == 4
    assert library.people.person("Ada").person.matched == 0
    with pytest.raises(CatalogError, match=r"hang together up to distance 0\.500$") as caught:
        library.people.split("Ada")
    assert caught.value.way_out is WayOut.SPLIT_CLOSER
    library.people.undo()
    assert library.people.person("Ada").person.confirmed == 8


def test_a_merge_is_undone_with_every_face_where_it_was(library: PaintedLibrary, folder: Path) -> None:
    library.people.enrol("Ada", [paint(folder / "a.png", RED, noise=1), paint(folder / "a2.png", RED, noise=2)])
    library.people.enrol("Zoe", [paint(folder / "z.png", BLUE)])
    paint(folder / "z2.png", BLUE, noise=9)
    library.index([folder])
    library.people.match_all()
    library.people.merge("Zoe", "Ada")
    with pytest.raises(UnknownPersonError):
        library.people.person("Zoe")
    library.people.undo()
    assert [(one.name, one.confirmed, one.matched) for one in library.people.all()] == [("Ada", 2, 0), ("Zoe", 1, 1)]


def test_every_face_tells_why_it_has_its_name_or_none(library: PaintedLibrary, folder: Path, reds: list[int]) -> None:
    blue = face_of(library, folder / "blue.png")
    assert library.faces.why(blue).nearest is None
    library.people.enrol("Ada", [folder / "red0.png"])
    confirmed, matched, unknown = library.faces.why(reds[0]), library.faces.why(reds[1]), library.faces.why(blue)
    assert (confirmed.person, confirmed.face.origin) == (library.people.all()[0], Origin.CONFIRMED)
    assert matched.face.origin is Origin.MATCHED
    assert unknown.person is None
    assert unknown.nearest is not None
    assert unknown.nearest.squared_distance > unknown.threshold
    assert unknown.nearest_person == library.people.all()[0]
    library.people.reject("Ada", [reds[1]])
    refused = library.faces.why(reds[1])
    assert (refused.rejected, refused.nearest) == (("Ada",), None)
    library.people.ignore([blue])
    assert library.faces.why(blue).ignored
    with pytest.raises(CatalogError, match="no face has the number 999"):
        library.faces.why(999)


def test_what_was_said_survives_forgetting_others_and_goes_with_the_forgotten(
    library: PaintedLibrary, folder: Path, reds: list[int]
) -> None:
    library.people.enrol("Ada", [folder / "red0.png"])
    library.people.enrol("Zoe", [folder / "blue.png"])
    library.people.reject("Ada", reds[1:2])
    library.people.ignore(reds[2:])
    library.people.distinct("Ada", "Zoe")
    library.people.forget("Zoe")
    assert library.context.catalog.people.rejections() == {reds[1]: {library.people.all()[0].id}}
    assert library.context.catalog.people.ignored_faces() == {reds[2]}
    library.people.forget("Ada")
    assert library.context.catalog.people.rejections() == {}
    assert [act.kind for act in library.people.history().acts] == ["ignore"]
    assert library.maintenance.check().findings == ()
