"""A search that is limited to a person, a folder or a time; on a server: test_server_index.py."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

from recog.errors import CatalogError, UnknownPersonError, WayOut
from recog.library.recognition.live_index import LiveIndex
from recog.store.catalog import Catalog
from recog.store.engine import open_catalog
from recog.store.records import Among, ScannedPhoto
from recog.types import DateSource, FaceBox, FileStat, NewFace
from tests.painted import GREEN, RED, ColourEmbedder, PaintedLibrary, paint

BOX = FaceBox(0, 0, 10, 10, 0.99, ((1.0, 1.0),) * 5)
TAKEN = (
    (datetime(2019, 12, 31, 23, 59), DateSource.EXIF_ORIGINAL),  # noqa: DTZ001 - the camera's local time
    (datetime(2020, 1, 1, 0, 0), DateSource.EXIF_ORIGINAL),  # noqa: DTZ001
    (datetime.fromisoformat("2020-01-02T23:30:00+09:00"), DateSource.EXIF_ORIGINAL),
    (datetime(2020, 1, 2, 8, 0), DateSource.FILE_TIME),  # noqa: DTZ001
    (None, None),
)


@pytest.fixture
def dated(tmp_path: Path) -> Iterator[Catalog]:
    """Face n is in photo n, taken as TAKEN says."""
    with open_catalog(tmp_path / "recog.db") as catalog:
        photos = [
            ScannedPhoto(
                FileStat(tmp_path / f"{number}.jpg", 1, 1),
                f"{number:064x}",
                50,
                50,
                taken,
                [NewFace(BOX, np.array([1, 0, 0], np.float32), 9, b"j")],
                taken_from=source,
            )
            for number, (taken, source) in enumerate(TAKEN)
        ]
        catalog.photos.save(photos, detector="d" * 64, network=ColourEmbedder.info)
        yield catalog


@pytest.mark.parametrize(
    ("since", "until", "held"),
    [
        (date(2020, 1, 1), None, {2, 3}),
        (None, date(2020, 1, 1), {1, 2}),
        (date(2020, 1, 2), date(2020, 1, 2), {3}),
        (date(2020, 1, 3), None, set()),
    ],
)
def test_a_time_holds_the_photos_of_its_days_by_their_local_time(
    dated: Catalog, since: date | None, until: date | None, held: set[int]
) -> None:
    index = LiveIndex(dated, None, ColourEmbedder.info, device="cpu")
    probe = np.array([[0, 1, 0]], np.float32)
    (found,) = index.search(probe, 9, among=Among(since=since, until=until))
    assert {one.face_id for one in found} == held
    assert len(index.search(probe, 9)[0]) == len(TAKEN)


def test_a_person_and_a_folder_limit_the_search(library: PaintedLibrary, folder: Path) -> None:
    ann, bob = paint(folder / "a" / "ann.png", RED), paint(folder / "b" / "bob.png", GREEN)
    library.index([folder])
    library.people.enrol("Bob", [bob])

    def found(**limits: object) -> list[Path]:
        (face,) = library.search(ann, k=9, **limits).faces  # type: ignore[arg-type]
        return [path for one in face.found for path in one.paths]

    assert found() == [ann, bob]
    assert found(person="Bob") == [bob]
    assert found(folder=folder / "a") == [ann]
    assert found(folder=folder / "b", person="Bob") == [bob]
    assert found(folder=folder / "a", person="Bob") == []
    assert found(since=date(2020, 1, 1)) == []


def test_limits_that_nothing_can_meet_are_refused(library: PaintedLibrary, folder: Path) -> None:
    ann = paint(folder / "ann.png", RED)
    library.index([folder])
    with pytest.raises(UnknownPersonError):
        library.search(ann, person="Nobody")
    with pytest.raises(CatalogError, match="the library knows no file in") as caught:
        library.search(ann, folder=folder / "typo")
    assert caught.value.way_out is WayOut.LIST_ROOTS
    with pytest.raises(CatalogError, match="no day is both after 2020-01-02 and before 2020-01-01"):
        library.search(ann, since=date(2020, 1, 2), until=date(2020, 1, 1))
