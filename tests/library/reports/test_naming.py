"""What is left to name: whom the photos of a group suggest, everybody else on them, and faces by quality."""

from pathlib import Path

import numpy as np
import pytest

from recog.library.reports import naming
from recog.library.reports.naming import FACES_SHOWN
from recog.library.reports.results import ContextReason, ContextSuggestion, OpenGroup
from recog.quality import Shortfall
from recog.store.records import ScannedPhoto
from recog.types import FaceBox, FileStat, NewFace
from tests.painted import BLUE, GREEN, RED, WHITE, PaintedLibrary, paint

SKY = (20, 180, 230)
"""More like green than red is, but another person."""


@pytest.fixture
def known(library: PaintedLibrary, folder: Path) -> PaintedLibrary:
    """Index Ann (red) with Bob (sky) on three days of 2019, and Max (white) on the days of Ann and the greens."""
    for day in (1, 2, 3):
        paint(folder / "first" / f"2019-01-0{day}.png", RED, SKY, noise=day)
        paint(folder / "second" / f"2020-05-0{day}.png", RED, GREEN, noise=day)
        paint(folder / "third" / f"2020-05-0{day}.png", WHITE, noise=day)
    library.index([folder])
    detail = [library.photos.photo(number) for number in range(1, 10)]
    for name, place in (("Ann", "first"), ("Bob", "first"), ("Max", "third")):
        faces = [one.faces[name == "Bob"].face.id for one in detail if one.paths[0].parent.name == place]
        library.people.confirm(name, faces, new=True)
    return library


def only_group(library: PaintedLibrary) -> OpenGroup:
    report = library.reports.naming()
    (one,) = (*report.likely, *report.unknown)
    return one


def greens(library: PaintedLibrary) -> tuple[int, ...]:
    return only_group(library).group.face_ids


def perhaps(library: PaintedLibrary) -> list[str]:
    return [suggestion.person for suggestion in only_group(library).perhaps]


def test_a_group_is_perhaps_who_is_there_on_the_same_day_or_often_with_its_company(known: PaintedLibrary) -> None:
    assert set(only_group(known).perhaps) == {
        ContextSuggestion("Max", ContextReason.SAME_DAY, 3, 3),
        ContextSuggestion("Bob", ContextReason.TOGETHER, 3, 3, "Ann"),
    }
    known.people.reject("Bob", greens(known)[:1])
    assert perhaps(known) == ["Max"]


def test_nobody_is_perhaps_on_a_photo_twice_or_hidden(known: PaintedLibrary) -> None:
    assert "Ann" not in perhaps(known)
    known.people.hide("Max")
    assert perhaps(known) == ["Bob"]


def test_the_day_of_a_files_change_suggests_nobody(library: PaintedLibrary, folder: Path) -> None:
    for number in range(3):
        paint(folder / f"green{number}.png", GREEN, noise=number)
        paint(folder / f"white{number}.png", WHITE, noise=number)
    library.index([folder])
    library.people.enrol("Max", [folder / "white0.png"])
    assert only_group(library).perhaps == ()


def test_progress_counts_the_groups_whose_faces_all_have_a_name(known: PaintedLibrary) -> None:
    before = known.reports.naming()
    known.people.confirm("Gus", greens(known), new=True)
    after = known.reports.naming()
    assert (after.named, after.all_groups) == (before.named + 1, 0)


def test_everybody_else_on_the_photos_of_faces_is_ignored(library: PaintedLibrary, folder: Path) -> None:
    for number in range(3):
        paint(folder / f"{number}.png", RED, GREEN, BLUE, noise=number)
    paint(folder / "alone.png", BLUE)
    library.index([folder])
    faces = {number: library.photos.photo(number).faces for number in range(1, 5)}
    red = [faces[number][0].face.id for number in (1, 2, 3)]
    library.people.confirm("Ann", red, new=True)
    named = faces[1][1].face.id
    library.people.confirm("Gus", [named], new=True)
    library.people.reject("Gus", [faces[2][1].face.id, faces[3][1].face.id])
    done = library.people.ignore(red, others=True)
    assert done.face_ids == tuple(sorted(faces[number][place].face.id for number, place in
                                         ((1, 2), (2, 1), (2, 2), (3, 1), (3, 2))))  # fmt: skip
    assert library.people.ignore(red, others=True).face_ids == ()
    assert library.people.undo().kind == "ignore"
    assert library.status().people == 2


def test_single_faces_are_told_apart_by_what_is_wrong_with_them(library: PaintedLibrary) -> None:
    front = ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8))
    profile = ((0.3, 0.4), (0.7, 0.4), (0.9, 0.6), (0.35, 0.8), (0.65, 0.8))

    def face(axis: int, side: float, *, score: float = 0.999, sharp: float = 20.0, turned: bool = False) -> NewFace:
        points = tuple((side * x, side * y) for x, y in (profile if turned else front))
        embedding = np.roll(np.eye(3, dtype=np.float32)[0], axis) * (-1.0 if axis > 2 else 1.0)
        return NewFace(FaceBox(0, 0, side, side, score, points), embedding.astype(np.float32), sharp, b"\xff\xd8")

    faces = [
        face(0, 60),
        face(1, 30, sharp=1.0),
        face(2, 60, score=0.95),
        face(3, 60, sharp=2.0),
        face(4, 60, turned=True),
        face(5, 20),
    ]
    scanned = [
        ScannedPhoto(FileStat(Path(f"/made-up/{number}.png"), 1, 1), f"{number:064x}", 64, 64, None, (one,))
        for number, one in enumerate(faces)
    ]
    with library.context.writing(create=True) as catalog:
        catalog.photos.save(scanned, detector="d" * 64, network=library.networks.info)
    poor = library.reports.naming().poor
    assert [(one.shortfall, one.face_ids) for one in poor] == [
        (Shortfall.SMALL, (2, 6)),
        (Shortfall.DOUBTFUL, (3,)),
        (Shortfall.BLURRED, (4,)),
        (Shortfall.TURNED, (5,)),
    ]
    assert [sample.face_id for sample in poor[0].samples] == [2, 6]


def test_a_large_group_shows_its_most_typical_faces_and_means_all(library: PaintedLibrary, folder: Path) -> None:
    many = FACES_SHOWN + 3
    for number in range(many):
        paint(folder / f"{number}.png", GREEN, noise=number)
    library.index([folder])
    (one,) = library.reports.naming().unknown
    assert (len(one.group.samples), one.group.faces, len(one.group.face_ids)) == (FACES_SHOWN, many, many)


def test_the_largest_groups_and_single_faces_are_shown_and_all_are_counted(
    library: PaintedLibrary, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(naming, "GROUPS_SHOWN", 1)
    monkeypatch.setattr(naming, "LONE_SHOWN", 1)
    for number in range(3):
        paint(folder / f"{number}.png", GREEN, RED if number else None, noise=number)
    for number, colour in enumerate((BLUE, WHITE)):
        paint(folder / f"alone{number}.png", colour)
    library.index([folder])
    report = library.reports.naming()
    assert [one.group.faces for one in report.unknown] == [3]
    assert (report.all_groups, len(report.lone), report.all_lone) == (2, 1, 2)
