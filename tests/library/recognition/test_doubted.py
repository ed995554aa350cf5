"""Faces of which the detector is unsure: they get no name by distance, lend none, and are not verified."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import pytest

from recog.config import Settings, read_settings
from recog.errors import DoubtedFaceError, NoFaceFoundError
from recog.quality import SURE_SCORE
from recog.render.as_json import to_json
from recog.types import Detector, FaceBox, Pixels
from tests.library.people.test_acts import face_of, name_of
from tests.painted import FACE, GREEN, RED, CellDetector, PaintedLibrary, PaintedNetworks, paint
from tests.texts import to_text

DIM_RED = (190, 17, 17)
"""A dark red: its embedding is that of red, and the detector below is unsure of it."""
UNSURE = r"the detector is unsure of this face \(score 0.82\)"


class DimDetector(CellDetector):
    """A detector whose score of a cell is its brightness."""

    def detect(self, pixels: Pixels) -> list[FaceBox]:
        """Return boxes with the score: the brightest channel divided by 230, at most 0.999."""
        boxes = super().detect(pixels)
        middles = [(round(box.top) + FACE // 2, round(box.left) + FACE // 2) for box in boxes]
        scores = [min(0.999, float(pixels[middle].max()) / 230 * 0.999) for middle in middles]
        return [replace(box, score=score) for box, score in zip(boxes, scores, strict=True)]


class DimNetworks(PaintedNetworks):
    """The painted networks with DimDetector."""

    @cached_property
    def detector(self) -> Detector:
        """The detector whose scores are the brightness of cells."""
        return DimDetector()


class DimLibrary(PaintedLibrary):
    """A painted library with DimNetworks."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, networks=DimNetworks(settings))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[PaintedLibrary]:
    with DimLibrary(read_settings(library=tmp_path / "library")) as library:
        yield library


@pytest.fixture
def red(folder: Path) -> Path:
    return paint(folder / "red.png", RED)


@pytest.fixture
def dim(folder: Path) -> Path:
    return paint(folder / "dim.png", DIM_RED)


def test_a_doubted_face_gets_no_name_by_distance(library: PaintedLibrary, folder: Path, red: Path, dim: Path) -> None:
    library.people.enrol("Ada", [red])
    sure = paint(folder / "sure.png", RED, noise=1)
    library.index([folder])
    assert name_of(library, face_of(library, sure)) == "Ada"
    assert name_of(library, face_of(library, dim)) is None
    report = library.people.match_all()
    assert (sum(count for _, count in report.matched), report.unknown) == (1, 1)
    assert name_of(library, face_of(library, dim)) is None


def test_an_earlier_name_of_a_doubted_face_goes_with_the_next_run(
    library: PaintedLibrary, folder: Path, red: Path, dim: Path
) -> None:
    """An earlier recog named faces without looking at the detector's score."""
    library.index([folder])
    library.people.enrol("Ada", [red])
    catalog = library.context.catalog
    earlier = library.context.gallery.rule.split(", score")[0]
    ada = catalog.people.by_name("Ada").id
    catalog.matches.replace(library.networks.info.sha256, [(face_of(library, dim), ada, 0.0)], rule=earlier)
    assert name_of(library, face_of(library, dim)) == "Ada"
    library.index([folder])
    assert name_of(library, face_of(library, dim)) is None


def test_identify_calls_a_doubted_face_unknown_and_says_why(library: PaintedLibrary, red: Path, dim: Path) -> None:
    library.people.enrol("Ada", [red])
    answer = library.identify(dim)
    (face,) = answer.faces
    assert (face.person, face.nearest, face.probability) == (None, None, 0.0)
    assert "unknown" in to_text(answer)
    assert "the detector is unsure of this face (score 0.82)" in to_text(answer)
    assert "unsure of this face (score 0.82)" in json.loads(to_json(answer))["faces"][0]["doubt"]
    assert library.identify(red).faces[0].doubt is None


def test_why_tells_that_the_detector_is_unsure(library: PaintedLibrary, folder: Path, red: Path, dim: Path) -> None:
    library.people.enrol("Ada", [red])
    library.index([folder])
    reasons = library.faces.why(face_of(library, dim))
    assert (reasons.person, reasons.nearest) == (None, None)
    assert "is nobody's: the detector is unsure of this face (score 0.82), so it gets no name" in to_text(reasons)


def test_a_doubted_face_keeps_a_confirmed_name_and_lends_it_to_no_other(
    library: PaintedLibrary, folder: Path, red: Path, dim: Path
) -> None:
    enrolment = library.people.enrol("Ada", [dim])
    assert "the detector is unsure of this face (score 0.82): it keeps its name" in to_text(enrolment)
    library.index([folder])
    library.people.match_all()
    assert name_of(library, face_of(library, dim)) == "Ada"
    assert name_of(library, face_of(library, red)) is None
    (shown,) = library.identify(dim).faces
    assert shown.person is not None
    assert shown.person.name == "Ada"
    (other,) = library.identify(red).faces
    assert (other.person, other.nearest) == (None, None)
    assert "you confirmed it; the detector is unsure of this face" in to_text(library.faces.why(face_of(library, dim)))


def test_a_large_library_lends_no_name_from_a_doubted_face(
    library: PaintedLibrary, folder: Path, red: Path, dim: Path
) -> None:
    """A large library searches its own index and asks the catalog for the owners of the neighbours."""
    library.index([folder])
    library.people.confirm("Ada", [face_of(library, dim)], new=True)
    catalog = library.context.catalog
    dims, reds = face_of(library, dim), face_of(library, red)
    assert catalog.people.confirmed_owners([dims, reds]).keys() == {dims}
    with catalog.snapshot() as now:
        assert now.lending_people([dims, reds]) == {}
        library.people.confirm("Ada", [reds])
    with catalog.snapshot() as now:
        assert now.lending_people([dims, reds]).keys() == {reds}


def test_verify_refuses_a_doubted_face_with_the_reason(
    library: PaintedLibrary, folder: Path, red: Path, dim: Path
) -> None:
    for left, right in ((dim, red), (red, dim)):
        with pytest.raises(DoubtedFaceError, match=f"dim.png cannot be verified: {UNSURE}"):
            library.verify(left, right)
    library.people.enrol("Ada", [red])
    with pytest.raises(DoubtedFaceError, match=UNSURE):
        library.verify(dim, "Ada")
    assert library.verify(red, "Ada").verification.same
    library.index([folder])
    with pytest.raises(DoubtedFaceError, match=f"face {face_of(library, dim)} cannot be verified: {UNSURE}"):
        library.faces.compare(face_of(library, red), face_of(library, dim))


def test_verify_takes_no_doubted_face_of_a_person_for_evidence(library: PaintedLibrary, red: Path, dim: Path) -> None:
    library.people.enrol("Ada", [dim])
    with pytest.raises(NoFaceFoundError, match="Ada has no confirmed face of which the detector is sure"):
        library.verify(red, "Ada")


def test_search_gives_no_probability_beside_a_doubted_face(
    library: PaintedLibrary, folder: Path, red: Path, dim: Path
) -> None:
    library.index([folder])
    by_red, by_dim = library.search(red), library.search(dim)
    assert {found.probability is None for found in by_dim.faces[0].found} == {True}
    assert "so distances do not say who it is" in to_text(by_dim)
    found = {one.face.id: one for one in by_red.faces[0].found}
    assert found[face_of(library, dim)].probability is None
    assert found[face_of(library, red)].probability is not None
    assert (by_red.faces[0].doubt, found[face_of(library, red)].doubt) == (None, None)


def test_doubted_faces_make_no_two_people_one(library: PaintedLibrary, folder: Path, dim: Path) -> None:
    other = paint(folder / "other.png", DIM_RED, noise=1)
    sure = [paint(folder / f"sure{number}.png", GREEN, noise=number) for number in (1, 2)]
    library.people.enrol("Ada", [dim])
    library.people.enrol("Bea", [other])
    for name, path in zip(("Cleo", "Dora"), sure, strict=True):
        library.people.enrol(name, [path])
    report = library.reports.duplicates()
    assert [{pair.left.person, pair.right.person} for pair in report.pairs] == [{"Cleo", "Dora"}]
    assert [{copy.path for copy in group} for group in report.near_copies] == [set(sure)]


def test_a_doubtful_score_never_reads_like_a_sure_one(library: PaintedLibrary, folder: Path) -> None:
    just_below = paint(folder / "below.png", (225, 20, 20))
    library.index([folder])
    (face,) = library.identify(just_below).faces
    assert face.box.score < SURE_SCORE
    assert face.doubt == "the detector is unsure of this face (score 0.97)"
