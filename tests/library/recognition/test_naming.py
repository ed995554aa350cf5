"""New faces get their names by distance in the run that brings them, or in the next one."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import pytest

from recog.errors import EvaluationError
from recog.library.indexing.results import IngestReport
from recog.library.recognition.matching import name_new
from recog.store.catalog import Catalog
from recog.store.connection.database import Database
from recog.store.connection.url import parse_url
from recog.store.people.matches import Matches
from recog.types import Calibration
from tests.library.people.test_acts import OLIVE, face_of, name_of
from tests.library.test_another_network import WarmLibrary
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, PaintedNetworks, paint, painted_library


class Interrupted(Matches):
    """A catalog part that is interrupted when faces would be named."""

    def replace(
        self,
        network_sha256: str,
        matches: Sequence[tuple[int, int, float]],
        *,
        rule: str = "",
        seen: tuple[int, int] | None = None,
    ) -> int:
        """Raise KeyboardInterrupt, as Ctrl-C does."""
        raise KeyboardInterrupt


def interrupted_run(library: PaintedLibrary, folder: Path) -> IngestReport:
    """Index a folder with a second library of the same files, whose catalog is interrupted."""
    settings = library.context.settings
    database = Database(parse_url(settings.catalog_at), busy_seconds=5)
    catalog = Catalog(database)
    catalog.matches = Interrupted(database)
    with PaintedLibrary(settings, networks=library.networks, catalog=catalog) as asked:
        return asked.index([folder])


def named(report: IngestReport) -> dict[str, int]:
    return {person.name: faces for person, faces in report.matched}


@pytest.fixture
def known(library: PaintedLibrary, folder: Path) -> PaintedLibrary:
    """Enrol Ada (red) and Gwen (green)."""
    for name, colour in (("Ada", RED), ("Gwen", GREEN)):
        library.people.enrol(name, [paint(folder / f"{name}.png", colour)])
    library.index([folder])
    return library


def test_new_faces_are_named_by_the_run_that_brings_them(known: PaintedLibrary, folder: Path) -> None:
    party = paint(folder / "party.png", RED, BLUE, GREEN)
    also = paint(folder / "also.png", RED, noise=1)
    report = known.index([folder])
    assert (report.faces, named(report)) == (4, {"Ada": 2, "Gwen": 1})
    assert [name_of(known, face_of(known, party, number)) for number in (1, 2, 3)] == ["Ada", None, "Gwen"]
    assert [person.matched for person, _ in report.matched] == [2, 1]
    paint(folder / "more.png", RED, noise=2)
    assert named(known.index([folder])) == {"Ada": 1}
    also.unlink()
    assert known.index([folder]).matched == ()


def test_what_humans_said_of_a_face_holds_when_others_come(known: PaintedLibrary, folder: Path) -> None:
    olive, ignored = paint(folder / "olive.png", OLIVE), paint(folder / "ignored.png", RED, noise=1)
    assert named(known.index([folder])) == {"Ada": 2}
    known.people.reject("Ada", [face_of(known, olive)])
    known.people.ignore([face_of(known, ignored)])
    paint(folder / "new.png", RED, noise=2)
    assert named(known.index([folder])) == {"Ada": 1}
    assert name_of(known, face_of(known, olive)) == "Gwen"
    assert name_of(known, face_of(known, ignored)) is None


def test_names_go_where_the_face_that_they_came_from_went(known: PaintedLibrary, folder: Path) -> None:
    also = paint(folder / "also.png", RED, noise=1)
    known.index([folder])
    paint(folder / "Ada.png", BLUE, None, noise=7)
    assert known.index([folder]).matched == ()
    assert name_of(known, face_of(known, also)) is None


def test_a_run_that_changes_no_face_names_none(known: PaintedLibrary, folder: Path) -> None:
    (folder / "bad.png").write_text("no photo")
    (folder / "Ada.png").rename(folder / "moved.png")
    report = interrupted_run(known, folder)
    assert (report.moved, report.matched, report.interrupted) == (1, (), False)


def test_where_nobody_has_a_name_nothing_is_done(library: PaintedLibrary, folder: Path) -> None:
    paint(folder / "red.png", RED)
    library.index([folder])
    paint(folder / "more.png", RED, noise=1)
    assert not interrupted_run(library, folder).interrupted


def test_a_run_that_ends_before_faces_are_named_leaves_that_to_the_next(known: PaintedLibrary, folder: Path) -> None:
    new = paint(folder / "new.png", RED, noise=1)
    report = interrupted_run(known, folder)
    assert (report.interrupted, report.faces, report.matched) == (True, 1, ())
    assert name_of(known, face_of(known, new)) is None
    with painted_library(known.context.settings.library) as again:
        report = again.index([folder])
        assert (report.unchanged, report.faces, named(report)) == (3, 0, {"Ada": 1})
        assert name_of(again, face_of(again, new)) == "Ada"
        assert not interrupted_run(again, folder).interrupted


def test_naming_all_faces_leaves_nothing_to_the_next_run(known: PaintedLibrary, folder: Path) -> None:
    paint(folder / "new.png", RED, noise=1)
    interrupted_run(known, folder)
    with painted_library(known.context.settings.library) as again:
        assert dict(again.people.match_all().matched)[again.context.catalog.people.by_name("Ada")] == 1
        assert not interrupted_run(again, folder).interrupted


def test_in_a_large_library_the_new_faces_alone_are_named(known: PaintedLibrary, folder: Path) -> None:
    named_before = paint(folder / "before.png", RED, noise=7)
    assert named(known.index([folder])) == {"Ada": 1}
    paint(folder / "new.png", RED, noise=1)
    # The nearer one of two faces of a photo gets the name, as among all faces; nobody is like the third.
    party = paint(folder / "party.png", (230, 160, 20), RED, BLUE, noise=2)
    assert interrupted_run(known, folder).interrupted
    with painted_library(known.context.settings.library) as again:
        catalog = again.context.catalog
        ((person, faces),) = name_new(catalog, again.networks, k=5, limit=2)
        assert (person.name, faces) == ("Ada", 2)
        assert [name_of(again, face_of(again, party, number)) for number in (1, 2, 3)] == [None, "Ada", None]
        assert name_of(again, face_of(again, named_before)) == "Ada"
        assert not again.people.names_due
        assert name_new(catalog, again.networks, k=5, limit=2) == ()
        state = {name: again.people.person(name).faces for name in ("Ada", "Gwen")}
        again.people.match_all()
        assert {name: again.people.person(name).faces for name in ("Ada", "Gwen")} == state


def test_a_large_library_that_was_never_named_waits_for_that(library: PaintedLibrary, folder: Path) -> None:
    with library.context.writing(create=True) as opened:
        assert name_new(opened, library.networks, k=5, limit=0) == ()
    paint(folder / "red.png", RED)
    library.index([folder])
    with library.context.writing() as opened:
        opened.acts.enrol("Ada", [1])  # nothing is named by distance yet
        paint(folder / "more.png", RED, noise=3)
        assert name_new(opened, library.networks, k=5, limit=0) == ()
    assert library.people.names_due


def test_in_a_large_library_another_rule_names_new_faces_and_leaves_the_others_due(
    known: PaintedLibrary, folder: Path
) -> None:
    far = paint(folder / "far.png", OLIVE)
    assert named(known.index([folder])) == {"Ada": 1}
    strict = Calibration("c" * 64, 0.01, None, 30.0, -15.0, "painted faces", 1000)
    known.networks.__dict__["calibration"] = strict
    paint(folder / "new.png", RED, noise=1)
    assert interrupted_run(known, folder).interrupted
    ((person, faces),) = name_new(known.context.catalog, known.networks, k=5, limit=2)
    assert (person.name, faces) == ("Ada", 1)
    assert name_of(known, face_of(known, far)) == "Ada"
    assert known.people.names_due
    known.people.match_all()
    assert name_of(known, face_of(known, far)) is None


def test_after_another_threshold_the_next_run_names_what_is_near_now(known: PaintedLibrary, folder: Path) -> None:
    far = paint(folder / "far.png", OLIVE)
    assert named(known.index([folder])) == {"Ada": 1}
    strict = Calibration("c" * 64, 0.01, None, 30.0, -15.0, "painted faces", 1000)
    known.networks.__dict__["calibration"] = strict
    assert known.index([folder]).matched == ()
    assert name_of(known, face_of(known, far)) is None
    assert not interrupted_run(known, folder).interrupted
    with painted_library(known.context.settings.library) as again:
        assert named(again.index([folder])) == {"Ada": 1}
        assert name_of(again, face_of(again, far)) == "Ada"
        assert not interrupted_run(again, folder).interrupted


def test_a_merge_names_at_once_what_is_near_now(known: PaintedLibrary, folder: Path) -> None:
    """If two faces of a photo become one person, the nearer one keeps the name; a rejected one may get another."""
    party = paint(folder / "party.png", (230, 160, 20), (60, 200, 20))
    refused = paint(folder / "refused.png", OLIVE)
    known.people.enrol("Zoe", [paint(folder / "zoe.png", (40, 230, 110))])
    known.index([folder])
    known.people.reject("Gwen", [face_of(known, refused)])
    faces = [face_of(known, party, 1), face_of(known, party, 2), face_of(known, refused)]
    assert [name_of(known, one) for one in faces] == ["Ada", "Gwen", "Ada"]
    merged = known.people.merge("Ada", "Gwen")
    assert [name_of(known, one) for one in faces] == [None, "Gwen", "Zoe"]
    assert merged == known.context.catalog.people.by_name("Gwen")
    known.people.undo()
    assert [name_of(known, one) for one in faces] == ["Ada", "Gwen", "Ada"]


def test_each_network_names_by_its_own_distances(known: PaintedLibrary, folder: Path) -> None:
    new = paint(folder / "new.png", OLIVE)
    assert named(known.index([folder])) == {"Ada": 1}
    with WarmLibrary(known.context.settings) as other:
        assert other.index([folder]).matched == ()
        assert name_of(other, face_of(other, new)) is None
    assert named(known.index([folder])) == {"Ada": 1}


class Uncalibrated(PaintedNetworks):
    """Networks without a calibration."""

    @cached_property
    def calibration(self) -> Calibration:
        raise EvaluationError("there is no calibration")


def test_without_a_calibration_what_is_said_of_people_holds_without_an_error(
    known: PaintedLibrary, folder: Path
) -> None:
    settings = known.context.settings
    with PaintedLibrary(settings, networks=Uncalibrated(settings)) as library:
        assert library.people.enrol("Zoe", [paint(folder / "zoe.png", BLUE)]).created
        assert library.people.merge("Zoe", "Ada").confirmed == 2
        assert library.people.undo().kind == "merge"
        with pytest.raises(EvaluationError, match="no calibration"):
            library.people.match_all()


def test_without_a_calibration_faces_are_stored_without_names(known: PaintedLibrary, folder: Path) -> None:
    paint(folder / "new.png", RED, noise=1)
    settings = known.context.settings
    with PaintedLibrary(settings, networks=Uncalibrated(settings)) as library:
        report = library.index([folder])
        assert (report.faces, report.matched) == (1, ())
    assert named(known.index([folder])) == {"Ada": 1}
