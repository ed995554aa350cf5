"""Who is mixed up with whom, judged on the confirmed faces."""

from pathlib import Path

import pytest

from recog.library.reports.lookalikes import rate_interval
from tests.library.people.test_acts import OLIVE
from tests.painted import BLUE, GREEN, RED, Colour, PaintedLibrary, paint
from tests.texts import to_text


def enrol(library: PaintedLibrary, folder: Path, name: str, *colours: Colour) -> None:
    paths = [paint(folder / f"{name}{at}.png", colour, noise=at) for at, colour in enumerate(colours)]
    library.people.enrol(name, paths)


def test_a_face_that_would_get_another_name_is_counted(library: PaintedLibrary, folder: Path) -> None:
    """One of Bea's faces is nearer to Ada's than to her own; Cem has one photo alone."""
    enrol(library, folder, "Ada", RED, (215, 20, 90))
    enrol(library, folder, "Bea", GREEN, (20, 215, 90), OLIVE)
    enrol(library, folder, "Cem", BLUE)
    report = library.reports.lookalikes()
    assert (report.people, report.untried, report.faces) == (2, 1, 5)
    (pair,) = report.pairs
    assert pair.people == ("Ada", "Bea")
    ways = {one.person: one for one in pair.ways}
    assert (ways["Bea"].named, ways["Bea"].faces, ways["Ada"].named) == (1, 3, 0)
    assert ways["Bea"].rate == pytest.approx(1 / 3)
    assert ways["Bea"].low < 1 / 3 < ways["Bea"].high
    assert report.right == 4
    text = to_text(report)
    assert "1 of 3" in text
    assert "recog people twins Ada Bea" in text


def test_a_picture_saved_again_does_not_speak_for_its_person(library: PaintedLibrary, folder: Path) -> None:
    """Ada's two photos are one picture: without it nobody is near, so neither counts as right."""
    enrol(library, folder, "Ada", RED, RED)
    enrol(library, folder, "Bea", BLUE, BLUE)
    report = library.reports.lookalikes()
    assert (report.faces, report.right, report.unknown, report.pairs) == (4, 0, 4, ())
    assert "Nobody is mixed up with anybody." in to_text(report)


def test_a_library_without_names_has_nobody_to_mix_up(library: PaintedLibrary, folder: Path) -> None:
    library.index([paint(folder / "red.png", RED).parent])
    report = library.reports.lookalikes()
    assert (report.people, report.faces, report.pairs) == (0, 0, ())


def test_twins_are_listed_whatever_was_found(library: PaintedLibrary, folder: Path) -> None:
    enrol(library, folder, "Ada", RED, (215, 20, 90))
    enrol(library, folder, "Bea", BLUE)
    library.people.set_twins("Ada", "Bea")
    (pair,) = library.reports.lookalikes().pairs
    assert pair.twins
    (way,) = pair.ways
    assert (way.person, way.named, way.asked) == ("Ada", 0, 2)


@pytest.mark.parametrize(
    ("found", "of", "low", "high"), [(0, 10, 0.0, 0.2775), (1, 10, 0.0179, 0.4042), (5, 5, 0.5655, 1.0)]
)
def test_the_interval_is_wilsons(found: int, of: int, low: float, high: float) -> None:
    """The values are those of Wilson's formula worked out by hand."""
    assert rate_interval(found, of) == pytest.approx((low, high), abs=5e-4)
