"""The report of people: groups, people and single faces, with the commands that name them."""

import math
from pathlib import Path

import pytest

from recog.library.reports.people import LONE_SHOWN
from tests.painted import BLUE, GREEN, RED, WHITE, PaintedLibrary, paint


@pytest.fixture
def known(library: PaintedLibrary, folder: Path) -> PaintedLibrary:
    """Index Ann (red), confirmed once and matched twice, and without names four green faces and a blue one."""
    ann = paint(folder / "ann.png", RED)
    for number in range(2):
        paint(folder / f"both{number}.png", RED, GREEN, noise=number)
    for number in range(2):
        paint(folder / f"green{number}.png", GREEN, noise=number)
    paint(folder / "blue.png", BLUE)
    library.index([folder])
    library.people.enrol("Ann", [ann])
    return library


def test_everybody_is_somewhere_and_nobody_twice(known: PaintedLibrary) -> None:
    report = known.reports.people()
    (ann,), (green,) = report.people, report.groups
    assert (ann.person.name, len(ann.confirmed), len(ann.matched)) == ("Ann", 1, 2)
    assert (green.faces, len(green.samples), green.suggestion) == (4, 4, None)
    assert [sample.path.name for sample in report.lone if sample.path is not None] == ["blue.png"]
    shown = [*ann.confirmed, *ann.matched, *green.samples, *report.lone]
    assert len({sample.face_id for sample in shown}) == len(shown) == report.faces == 8
    assert all(sample.thumbnail.startswith(b"\xff\xd8") for sample in shown)
    assert (report.all_groups, report.all_lone, report.ignored) == (1, 1, 0)


def test_groups_and_people_carry_what_a_command_names(known: PaintedLibrary) -> None:
    (group,) = known.reports.people().groups
    assert group.number is None
    assert (group.whole, group.likely) == (False, None)
    assert set(group.typical) == {sample.face_id for sample in group.samples}
    number = known.groups.cluster().clusters[0].number
    assert {one.number for one in known.reports.people().groups} <= {
        one.number for one in known.groups.cluster().clusters
    }
    (group,) = known.reports.people().groups
    assert group.whole
    assert number is not None
    (ann,) = known.reports.people().people
    known.people.confirm("Ann", ann.nearest)
    (ann,) = known.reports.people().people
    assert (ann.person.confirmed, ann.matched, ann.nearest) == (3, (), ())


def test_hidden_people_and_ignored_faces_are_left_out(known: PaintedLibrary) -> None:
    known.people.ignore([known.reports.people().lone[0].face_id])
    known.people.hide("Ann")
    report = known.reports.people()
    assert (report.people, report.lone, report.ignored) == ((), (), 1)
    assert len(report.groups) == 1


def test_what_of_a_named_cluster_is_nobodys_is_confirmed_face_by_face(known: PaintedLibrary) -> None:
    known.groups.cluster()
    (green,) = known.reports.people().groups
    first = green.samples[0].face_id
    known.people.confirm("Zoe", [first], new=True)
    (zoe,) = [one for one in known.reports.people().people if one.person.name == "Zoe"]
    assert (len(zoe.confirmed), len(zoe.matched)) == (1, 3)
    known.people.reject("Zoe", [sample.face_id for sample in zoe.matched])
    lone = {sample.face_id for sample in known.reports.people().lone}
    grouped = {sample.face_id for group in known.reports.people().groups for sample in group.samples}
    assert {sample.face_id for sample in zoe.matched} <= lone | grouped


def test_of_many_lone_faces_the_largest_are_shown(library: PaintedLibrary, folder: Path) -> None:
    paint(folder / "white.png", WHITE)
    library.index([folder])
    report = library.reports.people()
    assert (len(report.lone), report.all_lone) == (1, 1)
    assert LONE_SHOWN >= 100


def test_an_empty_library_has_an_empty_report(library: PaintedLibrary, folder: Path) -> None:
    paint(folder / "nobody.png", None)
    library.index([folder])
    report = library.reports.people()
    assert (report.photos, report.groups, report.people, report.lone) == (1, (), (), ())


def test_a_group_holds_all_its_faces(known: PaintedLibrary) -> None:
    (group,) = known.reports.people().groups
    assert (sorted(sample.face_id for sample in group.samples), group.likely) == (list(group.face_ids), None)


def test_of_a_cluster_named_in_part_the_rest_says_whose_the_others_are(library: PaintedLibrary, folder: Path) -> None:
    """The face at 50 degrees is too far from that at 0 for a name by distance; those at 35 join the cluster."""
    degrees = (0, 35, 35, 35, 50)
    shades = [tuple(round(230 * part(math.radians(one))) for part in (math.cos, math.sin)) for one in degrees]
    paths = [paint(folder / f"{n}.png", (red, green, 0), noise=n) for n, (red, green) in enumerate(shades)]
    library.index([folder])
    library.people.enrol("Ann", [paths[0]])
    (rest,) = library.reports.people().groups
    assert (rest.faces, rest.likely, rest.suggestion) == (1, "Ann", None)
    assert [one.path for one in rest.samples] == [paths[4]]
