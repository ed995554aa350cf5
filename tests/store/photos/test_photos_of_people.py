"""Photos of people, held against a plain loop over their faces, on both engines."""

from collections.abc import Sequence
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest

from recog.store.catalog import Catalog
from tests.store.conftest import Scans

NAMES = ("Ada", "Ben", "Eve")


@pytest.fixture
def people(catalog: Catalog, scans: Scans) -> list[int]:
    """Thirty photos of three faces each, every face nobody's, confirmed or matched; some copied, some missing."""
    random = np.random.default_rng(3)
    photos = [scans.photo(f"{n:02}.jpg", f"photo {n}", *(scans.face(60 * x) for x in range(3))) for n in range(30)]
    saved = scans.save(catalog, *photos)
    people = [catalog.people.add(name).id for name in NAMES]
    matched = []
    for photo in saved:
        for face_id in photo.face_ids:
            owner, confirmed = random.integers(-1, 3), random.random() < 0.5
            if owner >= 0 and confirmed:
                catalog.acts.confirm([face_id], people[owner])
            elif owner >= 0:
                matched.append((face_id, people[owner], 0.1))
    catalog.matches.replace(scans.network.sha256, matched)
    for photo in saved[::4]:
        catalog.files.link(scans.stat(f"copies/{photo.photo_id}.jpg"), photo.photo_id)
    catalog.files.mark_missing([scans.path(f"{number:02}.jpg") for number in range(0, 30, 3)])
    return people


def plainly(catalog: Catalog, wanted: Sequence[int], *, every: bool, confirmed: bool) -> dict[int, tuple[Path, ...]]:
    """Files that are there, by photo."""
    found: dict[int, tuple[Path, ...]] = {}
    missing = {path for path, _ in catalog.files.missing()}
    for photo_id in range(1, 31):
        shown = {
            face.person_id
            for face in catalog.faces.of_photo(photo_id)
            if face.person_id is not None and (face.origin == "confirmed" or not confirmed)
        }
        if (set(wanted) <= shown) if every else (set(wanted) & shown):
            found[photo_id] = tuple(path for path in catalog.files.paths([photo_id])[photo_id] if path not in missing)
    return found


def test_photos_of_people_are_those_that_a_plain_loop_finds(catalog: Catalog, people: list[int]) -> None:
    sizes = set()
    for number, every, confirmed in product((1, 2, 3), (True, False), (True, False)):
        for wanted in combinations(people, number):
            found = catalog.photos.of_people(wanted, every=every, confirmed=confirmed)
            assert {one.photo.id: one.paths for one in found} == plainly(
                catalog, wanted, every=every, confirmed=confirmed
            )
            firsts = [one.paths[0] for one in found if one.paths]
            assert firsts == sorted(firsts)
            assert [bool(one.paths) for one in found] == sorted((bool(one.paths) for one in found), reverse=True)
            sizes.add(len(found))
    assert len(sizes) > 5


def test_nobody_in_no_photo(catalog: Catalog, people: list[int]) -> None:
    assert catalog.photos.of_people([999]) == []
    assert len(catalog.photos.of_people([people[0], people[0]])) == len(catalog.photos.of_people(people[:1]))
