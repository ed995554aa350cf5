"""Photos that fit a query's condition, held against a plain loop over photos and faces, on both engines."""

import dataclasses
from collections.abc import Mapping
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from recog.query.conditions import (
    Any,
    Condition,
    Every,
    FaceCount,
    InFolder,
    InMonth,
    Nameless,
    Not,
    Only,
    Query,
    Shows,
    Taken,
    Undated,
)
from recog.store.catalog import Catalog
from recog.store.records import PhotoFilter
from recog.types import DateSource, Photo
from tests.store.conftest import Scans

FOLDERS = ("Holiday", "2019/Rome", "2019/100%_done", "été", "Holiday/été")
PEOPLE = (1, 2, 3)


@pytest.fixture
def photos(catalog: Catalog, scans: Scans) -> dict[int, Photo]:
    """Forty photos in five folders, with none to three faces: nobody's, ignored, matched or confirmed; some dated."""
    random = np.random.default_rng(5)
    for name in ("Ada", "Ben", "Eve"):
        catalog.people.add(name)
    made, first = [], datetime(2018, 12, 20, 23, 30)  # noqa: DTZ001 - as cameras write it
    for number in range(40):
        faces = [scans.face(60.0 * x) for x in range(number % 4)]
        photo = scans.photo(f"{FOLDERS[number % 5]}/{number}.jpg", f"photo {number}", *faces)
        source = (DateSource.EXIF_ORIGINAL, DateSource.FILE_TIME, None)[number % 3]
        taken = None if number % 7 == 0 else first + timedelta(days=11 * number)
        made.append(dataclasses.replace(photo, taken_at=taken, taken_from=source))
    matched = []
    for saved in scans.save(catalog, *made):
        for face_id in saved.face_ids:
            match random.integers(0, 4):
                case 0:
                    catalog.acts.confirm([face_id], int(random.integers(1, 4)))
                case 1:
                    matched.append((face_id, int(random.integers(1, 4)), 0.1))
                case 2:
                    catalog.acts.ignore([face_id])
    catalog.matches.replace(scans.network.sha256, matched)
    return catalog.photos.by_ids(range(1, 41))


class Plain:
    """Looks at one photo after the other."""

    def __init__(self, catalog: Catalog, photos: Mapping[int, Photo], *, confirmed: bool) -> None:
        self.photos = photos
        ignored = catalog.people.ignored_faces()
        self.folders = {one: [str(path) for path in paths] for one, paths in catalog.files.paths(photos).items()}
        self.seen: dict[int, list[int | None]] = {}
        self.named: dict[int, set[int | None]] = {}
        for photo_id in photos:
            faces = catalog.faces.of_photo(photo_id)
            owners = {
                face.id: face.person_id if face.origin == "confirmed" or not confirmed else None for face in faces
            }
            self.seen[photo_id] = [owners[face.id] for face in faces if face.id not in ignored]
            self.named[photo_id] = set(owners.values())

    def fits(self, photo_id: int, condition: Condition) -> bool:  # noqa: C901, PLR0911, PLR0912 - a case each
        taken = self.photos[photo_id].taken_at
        if self.photos[photo_id].taken_from is DateSource.FILE_TIME:
            taken = None
        match condition:
            case Shows(person_id):
                return person_id in self.named[photo_id]
            case Only(person_ids):
                return set(person_ids) <= self.named[photo_id] and set(self.seen[photo_id]) <= set(person_ids)
            case Nameless():
                return None in self.seen[photo_id]
            case FaceCount(least, most):
                return least <= len(self.seen[photo_id]) <= (99 if most is None else most)
            case Taken(since, until):
                return taken is not None and (since or date.min) <= taken.date() <= (until or date.max)
            case InMonth(month):
                return taken is not None and taken.month == month
            case Undated():
                return taken is None
            case InFolder(name):
                if name.startswith("/"):
                    return any(path.startswith(f"{name}/") for path in self.folders[photo_id])
                return any(f"/{name.lower()}/" in path.lower() for path in self.folders[photo_id])
            case Not(inner):
                return not self.fits(photo_id, inner)
            case Every(parts):
                return all(self.fits(photo_id, one) for one in parts)
            case Any(parts):
                return any(self.fits(photo_id, one) for one in parts)


CONDITIONS: tuple[Condition, ...] = (
    *map(Shows, PEOPLE),
    Only((1,)),
    Only((1, 2)),
    Nameless(),
    FaceCount(0, 0),
    FaceCount(1, 1),
    FaceCount(2, None),
    Taken(date(2019, 1, 1), date(2019, 12, 31)),
    Taken(None, date(2019, 5, 20)),
    Taken(date(2019, 5, 31), None),
    InMonth(5),
    Undated(),
    InFolder("holiday"),
    InFolder("2019/rome"),
    InFolder("100%_done"),
    InFolder("%"),
    InFolder("été"),
    InFolder("e\u0301te\u0301"),
    InFolder("/photos/2019"),
    InFolder("/photos/20"),
)


def test_photos_that_fit_are_those_that_a_plain_loop_finds(catalog: Catalog, photos: dict[int, Photo]) -> None:
    random = np.random.default_rng(6)
    asked: list[Condition] = list(CONDITIONS)
    for _ in range(40):
        one, other, third = (CONDITIONS[place] for place in random.integers(0, len(CONDITIONS), 3))
        asked += [Not(one), Every((one, Not(other))), Any((one, Every((other, third))))]
    sizes = set()
    plainly = Plain(catalog, photos, confirmed=False)
    for condition in asked:
        wanted = {photo_id for photo_id in photos if plainly.fits(photo_id, decomposed(condition))}
        assert {one.photo.id for one in catalog.photos.that_fit(condition)} == wanted, condition
        sizes.add(len(wanted))
    assert len(sizes) > 10
    plainly = Plain(catalog, photos, confirmed=True)
    about_people: tuple[Condition, ...] = (*map(Shows, PEOPLE), Only((1,)))
    for condition in about_people:
        wanted = {photo_id for photo_id in photos if plainly.fits(photo_id, condition)}
        assert {one.photo.id for one in catalog.photos.that_fit(condition, confirmed=True)} == wanted


def decomposed(condition: Condition) -> Condition:
    """Write the accents of folders as the paths have them, because the plain loop compares letters."""
    match condition:
        case InFolder(name):
            return InFolder(name.replace("e\u0301", "é"))
        case Not(inner):
            return Not(decomposed(inner))
        case Every(parts):
            return Every(tuple(map(decomposed, parts)))
        case Any(parts):
            return Any(tuple(map(decomposed, parts)))
    return condition


def test_the_timeline_shows_what_fits_and_steps_from_one_to_the_next(
    catalog: Catalog, photos: dict[int, Photo]
) -> None:
    wanted = PhotoFilter(query=Query("Ada or Ben", Any((Shows(1), Shows(2)))))
    shapes = [shape[0] for shape in catalog.timeline.shapes(wanted)]
    assert len(shapes) > 4
    assert sorted(shapes) == sorted(one.photo.id for one in catalog.photos.that_fit(Any((Shows(1), Shows(2)))))
    assert [photo.id for photo, _ in catalog.timeline.page(wanted, start=1, limit=2)] == shapes[1:3]
    assert sum(number for _, number in catalog.timeline.months(wanted)) == len(shapes)
    assert catalog.timeline.around(photos[shapes[1]], wanted, each=1) == ([shapes[0]], [shapes[2]])
    missing = [path for paths in catalog.files.paths(shapes[:1]).values() for path in paths]
    catalog.files.mark_missing(missing)
    assert [shape[0] for shape in catalog.timeline.shapes(wanted)] == shapes[1:]
