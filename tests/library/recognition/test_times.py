"""Identification over time: by both roads, with and without dates and birth dates, and with the setting off."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from recog.ageing import GROWTH, margin
from recog.config import read_settings
from recog.distance import unit_rows
from recog.index.faiss_index import FaceIndex
from recog.index.rows import Rows
from recog.index.shortlist import Shortlist
from recog.library.recognition.gallery import PersonGallery
from recog.library.recognition.matching import identify_all
from recog.store.catalog import Catalog
from recog.store.engine import open_catalog
from recog.store.records import ScannedPhoto
from recog.types import DateSource, Embeddings, FaceBox, FileStat, NewFace
from tests.painted import PaintedNetworks

BROTHER = 0.684
"""Ben's face of 2020, in radians from Ada's of 2010: a squared distance of 0.45, where 0.5 is one person."""
BOX = FaceBox(0, 0, 10, 10, 0.99, ((1.0, 1.0),) * 5)


def face(angle: float) -> Embeddings:
    return np.array([np.cos(angle), np.sin(angle), 0.0], np.float32)


def day(year: int) -> int:
    return date(year, 7, 1).toordinal()


@dataclass
class Family:
    """Ada, who looked one way in 2010 and another in 2020."""

    catalog: Catalog
    folder: Path
    networks: PaintedNetworks = field(default_factory=lambda: PaintedNetworks(read_settings()))
    stored: list[tuple[int, Embeddings]] = field(default_factory=list)

    def add(self, angle: float, year: int | None, source: DateSource = DateSource.EXIF_ORIGINAL) -> int:
        """Store a photo with one face; return the face."""
        number = len(self.stored)
        taken = None if year is None else datetime(year, 7, 1, 12, tzinfo=UTC)
        found = [NewFace(BOX, face(angle), 9, b"j")]
        stat = FileStat(self.folder / f"{number}.png", 1, 1)
        scan = ScannedPhoto(stat, f"{number:064x}", 50, 50, taken, found, taken_from=None if taken is None else source)
        (saved,) = self.catalog.photos.save([scan], detector="d" * 64, network=self.networks.info)
        self.stored.append((saved.face_ids[0], face(angle)))
        return saved.face_ids[0]

    def exact(self) -> PersonGallery:
        return PersonGallery(self.catalog, self.networks, None, k=4)

    def through(self) -> PersonGallery:
        """Return a gallery that searches the library's index, as in a large library, among faces of nobody."""
        others = unit_rows((np.random.default_rng(0).normal(size=(100, 3)) - [0, 0, 9]).astype(np.float32))
        ids = np.array([*(one for one, _ in self.stored), *range(1000, 1100)])
        rows = np.concatenate([np.stack([one for _, one in self.stored]), others])
        stored = Rows.of(deque([(ids, rows)]), dim=3)
        shortlist, recall = Shortlist.built(stored)
        shortlist.nprobe = shortlist.nlist
        digest = self.networks.info.sha256
        index = FaceIndex(stored, shortlist, network_sha256=digest, dim=3, recall=recall, device="cpu")
        return PersonGallery(self.catalog, self.networks, index, k=4, large=1)


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Family]:
    with open_catalog(tmp_path / "recog.db", create=True) as catalog:
        yield Family(catalog, tmp_path)


Road = Callable[[Family], PersonGallery]
ROADS = pytest.mark.parametrize("road", [Family.exact, Family.through])


@ROADS
def test_a_face_is_compared_with_what_the_person_looked_like_then(family: Family, road: Road) -> None:
    ada, _ = family.catalog.acts.enrol("Ada", [family.add(0.0, 2010), family.add(-1.2, 2020)])
    probe = face(BROTHER)[np.newaxis]
    gallery = road(family)
    assert gallery.decide(probe)[0][0] is not None, "without a date of its own he is taken for Ada of 2010"
    assert gallery.decide(probe, days=[day(2010)])[0][0] is not None
    accepted, nearest = gallery.decide(probe, days=[day(2020)])[0]
    assert accepted is None
    assert nearest is not None
    assert nearest.person_id == ada.id
    assert nearest.penalty == pytest.approx(10 * GROWTH, abs=1e-3)
    assert nearest.squared_distance == pytest.approx(0.45 + 10 * GROWTH, abs=1e-3)
    own = gallery.decide(face(-1.2)[np.newaxis], days=[day(2020)])[0][0]
    assert own is not None
    assert own.penalty == 0


@ROADS
def test_who_was_photographed_long_ago_only_is_named_as_before(family: Family, road: Road) -> None:
    family.catalog.acts.enrol("Ada", [family.add(0.0, 2010)])
    assert road(family).decide(face(BROTHER)[np.newaxis], days=[day(2020)])[0][0] is not None


@ROADS
def test_a_child_whose_birth_is_known_is_named_at_a_smaller_distance(family: Family, road: Road) -> None:
    ada, _ = family.catalog.acts.enrol("Ada", [family.add(0.0, 2010)])
    gallery = road(family)
    probe = face(BROTHER)[np.newaxis]
    assert gallery.decide(probe)[0][0] is not None
    family.catalog.acts.set_born(ada.id, date(2007, 7, 1))
    accepted, nearest = gallery.decide(probe)[0]
    assert accepted is None
    assert nearest is not None
    assert nearest.penalty == pytest.approx(margin(3), abs=1e-3)
    family.catalog.acts.set_born(ada.id, date(1970, 7, 1))
    assert gallery.decide(probe)[0][0] is not None


def test_nobody_is_named_on_a_photo_from_before_the_birth(family: Family) -> None:
    ada, _ = family.catalog.acts.enrol("Ada", [family.add(0.0, 2015)])
    family.catalog.acts.set_born(ada.id, date(1980, 1, 1))
    gallery = family.exact()
    assert gallery.decide(face(0.0)[np.newaxis], days=[day(1980)])[0][0] is not None
    assert gallery.decide(face(0.0)[np.newaxis], days=[day(1979)])[0] == (None, None)


@pytest.mark.parametrize("source", [None, DateSource.FILE_TIME])
def test_without_dates_and_without_the_setting_nothing_changes(family: Family, source: DateSource | None) -> None:
    """The date of a file says when it was copied."""
    years = (None, None) if source is None else (2010, 2020)
    taken = source or DateSource.EXIF_ORIGINAL
    ada, _ = family.catalog.acts.enrol("Ada", [family.add(0.0, years[0], taken), family.add(-1.2, years[1], taken)])
    family.catalog.acts.set_born(ada.id, date(2007, 7, 1))
    off = PersonGallery(family.catalog, PaintedNetworks(read_settings(over_time=False)), None, k=4)
    probes = np.stack([face(angle) for angle in np.linspace(-3, 3, 40)])
    undated = family.exact()
    assert undated.decide(probes, days=[day(2020)] * 40) == off.decide(probes) == undated.decide(probes)
    assert undated.rule == off.rule
    assert not undated.over_time


def test_the_setting_turns_dates_off_and_the_rule_says_so(family: Family) -> None:
    family.catalog.acts.enrol("Ada", [family.add(0.0, 2010), family.add(-1.2, 2020)])
    off = PersonGallery(family.catalog, PaintedNetworks(read_settings(over_time=False)), None, k=4)
    probe = face(BROTHER)[np.newaxis]
    assert off.decide(probe, days=[day(2020)])[0][0] is not None
    assert family.exact().decide(probe, days=[day(2020)])[0][0] is None
    assert off.rule != family.exact().rule, "names are due anew"


def test_faces_of_the_library_are_named_by_the_dates_of_their_photos(family: Family) -> None:
    ada, _ = family.catalog.acts.enrol("Ada", [family.add(0.0, 2010), family.add(-1.2, 2020)])
    then, later, undated = family.add(BROTHER, 2010), family.add(BROTHER, 2020), family.add(BROTHER, None)
    identify_all(family.catalog, family.networks, family.exact())
    found = family.catalog.faces.by_ids([then, later, undated])
    assert [found[one].person_id for one in (then, later, undated)] == [ada.id, None, ada.id]
