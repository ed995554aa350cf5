"""PersonGallery decides the same through the library's index as by exact search, on the current catalog."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pytest

from recog.config import read_settings
from recog.distance import unit_rows
from recog.identify import identification_threshold
from recog.index.faiss_index import FaceIndex
from recog.index.rows import Rows
from recog.index.shortlist import Shortlist
from recog.library.recognition.gallery import PersonGallery, nearest_but
from recog.store.engine import open_catalog
from recog.store.records import ScannedPhoto
from recog.types import Calibration, Embeddings, FaceBox, FileStat, Match, NewFace
from tests.painted import PaintedLibrary, PaintedNetworks, painted_library

FACES = 200
PEOPLE = 20


class World:
    """A library of 200 faces near 20 directions in three dimensions, some confirmed, indexed like a large one."""

    def __init__(self, library: PaintedLibrary, folder: Path) -> None:
        random = np.random.default_rng(5)
        self.networks: PaintedNetworks = library.networks
        info = self.networks.info
        directions = unit_rows(random.normal(size=(PEOPLE, 3)).astype(np.float32))
        noise = 0.1 * random.normal(size=(FACES, 3)).astype(np.float32)
        self.embeddings: Embeddings = unit_rows(np.repeat(directions, FACES // PEOPLE, axis=0) + noise)
        library.context.settings.library.mkdir(parents=True, exist_ok=True)
        self.catalog = open_catalog(library.context.settings.catalog_at, create=True)
        box = FaceBox(0, 0, 10, 10, 0.99, ((1.0, 1.0),) * 5)
        photos = [
            ScannedPhoto(
                FileStat(folder / f"{row}.png", 1, 1), f"{row:064x}", 50, 50, None, [NewFace(box, one, 9, b"j")]
            )
            for row, one in enumerate(self.embeddings)
        ]
        saved = self.catalog.photos.save(photos, detector="d" * 64, network=info)
        self.ids = np.array([photo.face_ids[0] for photo in saved], np.int64)
        rows = Rows.of(deque([(self.ids, self.embeddings)]), dim=3)
        shortlist, recall = Shortlist.built(rows)
        shortlist.nprobe = shortlist.nlist  # all lists are searched, so nothing is missed
        self.index = FaceIndex(rows, shortlist, network_sha256=info.sha256, dim=3, recall=recall, device="cpu")

    def confirm(self, every: int) -> None:
        for person in range(PEOPLE):
            rows = range(person * 10, person * 10 + 10, every)
            self.catalog.acts.enrol(f"person {person}", [int(self.ids[row]) for row in rows])

    def galleries(self) -> tuple[PersonGallery, PersonGallery]:
        """Return the gallery that searches the library's index, and the exact one."""
        return (
            PersonGallery(self.catalog, self.networks, self.index, k=4, large=1),
            PersonGallery(self.catalog, self.networks, None, k=4),
        )


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with painted_library(tmp_path / "library") as library:
        made = World(library, tmp_path)
        yield made
        made.catalog.close()


def rounded(decisions: list[tuple[Match | None, Match | None]]) -> list[list[tuple[int, float, int] | None]]:
    return [
        [(one.person_id, round(one.squared_distance, 5), one.votes) if one else None for one in decision]
        for decision in decisions
    ]


@pytest.mark.parametrize("every", [1, 2])
def test_through_the_library_s_index_probes_are_named_as_among_the_confirmed_faces_alone(
    world: World, every: int
) -> None:
    world.confirm(every)
    through, exact = world.galleries()
    probes = unit_rows(np.random.default_rng(1).normal(size=(60, 3)).astype(np.float32))
    expected = rounded(exact.decide(probes))
    assert rounded(through.decide(probes)) == expected
    assert {accepted is None for accepted, _ in expected} == {True, False}, "some are unknown, some are not"


def test_people_that_a_probe_is_not_are_passed_over_on_both_roads(world: World) -> None:
    world.confirm(1)
    through, exact = world.galleries()
    probes = world.embeddings[::10].copy()
    owners = world.catalog.people.confirmed_owners(world.ids[::10].tolist())
    refused = {row: {owners[int(face_id)]} for row, face_id in enumerate(world.ids[::10])}
    decided = through.decide(probes, refused)
    assert rounded(decided) == rounded(exact.decide(probes, refused))
    assert all(nearest and nearest.person_id not in refused[row] for row, (_, nearest) in enumerate(decided))


class TailedNetworks(PaintedNetworks):
    """Networks whose calibration knows that false accepts are rarer at smaller distances."""

    @cached_property
    def calibration(self) -> Calibration:
        return replace(super().calibration, tail=8.0)


def test_the_more_faces_there_are_to_be_taken_for_the_nearer_one_must_be(world: World) -> None:
    world.networks = TailedNetworks(read_settings())
    world.confirm(10)
    galleries = world.galleries()
    assert [gallery.threshold for gallery in galleries] == [0.5, 0.5]
    world.confirm(1)
    threshold = identification_threshold(world.networks.calibration, people=PEOPLE, faces=FACES)
    assert [gallery.threshold for gallery in galleries] == [threshold, threshold]
    probes = unit_rows(np.random.default_rng(1).normal(size=(400, 3)).astype(np.float32))
    for gallery in galleries:
        named = gallery.named(probes)
        assert any(nearest and threshold < nearest.squared_distance <= 0.5 for _, nearest in named.decisions)
        for row, (accepted, nearest) in enumerate(named.decisions):
            near = nearest is not None and nearest.squared_distance <= threshold
            assert (accepted is not None or row in named.questions) == near


def test_what_is_confirmed_rejected_or_forgotten_counts_in_the_next_answer(world: World) -> None:
    world.confirm(1)
    person = world.catalog.people.by_name("person 3")
    asked = world.galleries()[1].named(world.embeddings).questions
    row = next(row for row in range(30, 40) if row not in asked)
    for gallery in world.galleries():
        (accepted, _) = gallery.decide(world.embeddings[row : row + 1])[0]
        assert accepted is not None
        assert accepted.person_id == person.id
    galleries = world.galleries()
    for gallery in galleries:
        gallery.decide(world.embeddings[row : row + 1])
    world.catalog.erasure.forget(person.id)
    for gallery in galleries:
        nearest = gallery.decide(world.embeddings[row : row + 1])[0][1]
        assert nearest is not None
        assert nearest.person_id != person.id


def test_a_rejected_person_is_left_out_as_by_a_plain_loop(library: PaintedLibrary, folder: Path) -> None:
    world = World(library, folder)
    world.confirm(3)
    gallery = world.catalog.embeddings.gallery(world.networks.info.sha256)
    everybody = sorted(set(gallery.person_ids.tolist()))
    for row, refused in ((0, everybody[:1]), (55, everybody[4:7]), (120, everybody[1:]), (7, everybody)):
        probe = world.embeddings[row]
        slow = sorted(
            (float(np.sum((probe.astype(np.float64) - one) ** 2)), face_id)
            for face_id, person_id, one in zip(
                gallery.face_ids.tolist(), gallery.person_ids.tolist(), gallery.embeddings, strict=True
            )
            if person_id not in refused
        )[:4]
        found = nearest_but(gallery, probe, refused, k=4)
        assert [one.face_id for one in found] == [face_id for _, face_id in slow]
        assert [one.squared_distance for one in found] == pytest.approx([squared for squared, _ in slow], abs=1e-5)
