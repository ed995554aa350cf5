"""Files: known, moved, vanished, failed."""

from __future__ import annotations

import os
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select

from recog.errors import CatalogError
from recog.store.records import FailedFile, KnownFile
from recog.store.schema.tables import files
from recog.types import FileStat

if TYPE_CHECKING:
    from recog.store.catalog import Catalog
    from recog.store.connection.database import Database
    from tests.store.conftest import Scans

DETECTOR = "d" * 64
NETWORK = "a" * 64


def under(catalog: Catalog, root: str) -> dict[Path, KnownFile]:
    return catalog.files.under(Path(root), detector=DETECTOR, network=NETWORK)


def test_a_saved_file_is_known_and_current(catalog: Catalog, scans: Scans) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10)))
    assert under(catalog, "/photos") == {
        Path("/photos/1.jpg"): KnownFile(scans.stat("1.jpg"), saved.photo_id, missing=False, current=True)
    }


def test_a_file_is_current_only_for_the_networks_that_saw_it(catalog: Catalog, scans: Scans) -> None:
    scans.save(catalog, scans.photo("1.jpg", "A"))
    for detector, network, current in [
        (DETECTOR, NETWORK, True),
        ("e" * 64, NETWORK, False),
        (DETECTOR, "b" * 64, False),
    ]:
        (known,) = catalog.files.under(Path("/photos"), detector=detector, network=network).values()
        assert known.current is current
        found = catalog.photos.by_digest(scans.photo("", "A").sha256, detector=detector, network=network)
        assert found is not None
        assert found.current is current


def test_a_root_holds_itself_and_what_is_below_but_no_namesake(catalog: Catalog, scans: Scans) -> None:
    names = ["a", "a/1.jpg", "a/b/2.jpg", "ab/3.jpg", "a.jpg", "a0", "a-/4.jpg"]
    scans.save(catalog, *(scans.photo(name, name) for name in names))
    assert {str(path) for path in under(catalog, "/photos/a")} == {"/photos/a", "/photos/a/1.jpg", "/photos/a/b/2.jpg"}
    assert len(under(catalog, "/")) == len(names)
    assert under(catalog, "/elsewhere") == {}


def test_a_relative_path_is_the_callers_mistake(catalog: Catalog) -> None:
    with pytest.raises(ValueError, match="absolute"):
        under(catalog, "photos")


def test_names_that_are_no_text_survive(catalog: Catalog, scans: Scans) -> None:
    odd = [os.fsdecode(b"/photos/\xff\xfe.jpg"), "/photos/new\nline.jpg", "/photos/\u202ertl.jpg", "/photos/é.jpg"]
    for number, name in enumerate(odd):
        scans.save(catalog, scans.photo(name, f"odd {number}"))
        catalog.files.record_failures(
            [FailedFile(FileStat(Path(name + ".txt"), 1, 1), "not_a_photo", f"{name} is\0 no photo")]
        )
    assert {str(path) for path in under(catalog, "/photos")} == {*odd, *(name + ".txt" for name in odd)}


def test_a_vanished_file_is_marked_and_comes_back(catalog: Catalog, scans: Scans) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10)))
    path = scans.path("1.jpg")
    assert catalog.files.mark_missing([path, Path("/photos/never-seen.jpg")]) == 1
    assert catalog.files.mark_missing([path]) == 0
    assert under(catalog, "/photos")[path].missing
    assert len(catalog.faces.of_photo(saved.photo_id)) == 1
    catalog.files.link(scans.stat("1.jpg"), saved.photo_id)
    assert not under(catalog, "/photos")[path].missing


def test_a_moved_file_shows_the_same_photo(catalog: Catalog, scans: Scans) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10)))
    catalog.files.mark_missing([scans.path("1.jpg")])
    catalog.files.link(scans.stat("2.jpg"), saved.photo_id)
    assert catalog.files.paths([saved.photo_id]) == {saved.photo_id: [scans.path("2.jpg"), scans.path("1.jpg")]}


def test_a_move_that_names_the_old_path_forgets_it(catalog: Catalog, scans: Scans) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A"))
    catalog.files.link(scans.stat("2.jpg"), saved.photo_id, moved_from=scans.path("1.jpg"))
    assert catalog.files.paths([saved.photo_id]) == {saved.photo_id: [scans.path("2.jpg")]}


def test_a_move_takes_the_failure_of_the_old_path_and_of_no_other_with_it(catalog: Catalog, scans: Scans) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A"))
    for name in ("1.jpg", "9.jpg"):
        catalog.files.record_failures([FailedFile(scans.stat(name), "damaged", "no pixels")])
    catalog.files.link(scans.stat("2.jpg"), saved.photo_id, moved_from=scans.path("1.jpg"))
    assert [one.stat.path for one in catalog.files.failures()] == [scans.path("9.jpg")]


def test_a_file_cannot_show_a_photo_that_is_not_there(catalog: Catalog, scans: Scans) -> None:
    with pytest.raises(CatalogError, match="number 77"):
        catalog.files.link(scans.stat("1.jpg"), 77)


def test_of_files_that_show_photos_none_is_written_if_one_photo_is_not_there(catalog: Catalog, scans: Scans) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A"))
    with pytest.raises(CatalogError, match="number 77"):
        catalog.files.link_all([(scans.stat("2.jpg"), saved.photo_id), (scans.stat("3.jpg"), 77)])
    assert list(under(catalog, "/photos")) == [scans.path("1.jpg")]
    catalog.files.link_all([(scans.stat("2.jpg"), saved.photo_id), (scans.stat("3.jpg"), saved.photo_id)])
    assert [path for group in catalog.files.copies() for path in group] == [scans.path(f"{n}.jpg") for n in (1, 2, 3)]


def test_copies_are_files_of_one_content(catalog: Catalog, scans: Scans) -> None:
    scans.save(catalog, scans.photo("b.jpg", "A"), scans.photo("c.jpg", "B"), scans.photo("a.jpg", "A"))
    scans.save(catalog, scans.photo("d.jpg", "A"), scans.photo("e.jpg", "B"))
    catalog.files.mark_missing([scans.path("e.jpg")])
    assert catalog.files.copies() == [(scans.path("a.jpg"), scans.path("b.jpg"), scans.path("d.jpg"))]


def test_a_failure_is_kept_until_the_file_succeeds_or_vanishes(catalog: Catalog, scans: Scans) -> None:
    for name in ("1.jpg", "2.jpg"):
        catalog.files.record_failures([FailedFile(scans.stat(name), "damaged", "first")])
        catalog.files.record_failures(
            [FailedFile(scans.stat(name, mtime_ns=2), "truncated", f"{name} ends in the middle")]
        )
    expected = [
        FailedFile(scans.stat(name, mtime_ns=2), "truncated", f"{name} ends in the middle")
        for name in ("1.jpg", "2.jpg")
    ]
    assert catalog.files.failures() == catalog.files.failures(Path("/photos")) == expected
    assert catalog.files.failures(Path("/elsewhere")) == []
    assert under(catalog, "/photos")[scans.path("1.jpg")] == KnownFile(
        expected[0].stat, None, missing=False, current=False, failure="truncated"
    )
    scans.save(catalog, scans.photo("1.jpg", "A"))
    catalog.files.mark_missing([scans.path("2.jpg")])
    assert catalog.files.failures() == []


def test_a_photo_that_was_overwritten_by_rubbish_keeps_its_faces(catalog: Catalog, scans: Scans) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10)))
    catalog.files.record_failures([FailedFile(scans.stat("1.jpg", mtime_ns=9), "damaged", "no longer a photo")])
    known = under(catalog, "/photos")[scans.path("1.jpg")]
    assert (known.stat.mtime_ns, known.photo_id, known.failure) == (9, saved.photo_id, "damaged")
    assert len(catalog.faces.of_photo(saved.photo_id)) == 1


def test_roots_are_remembered_once(catalog: Catalog) -> None:
    for root in ("/b", "/a", "/b"):
        catalog.files.add_root(Path(root))
    assert catalog.files.roots() == [Path("/a"), Path("/b")]


def test_tens_of_thousands_of_files_are_listed_in_a_second(catalog: Catalog, database: Database, scans: Scans) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A"))
    with database.reading() as connection:
        volume = connection.scalar(select(files.c.volume_id))
    rows = [
        {
            "path": f"/many/{number // 500}/IMG_{number}.jpg".encode(),
            "display": "",
            "size": number,
            "mtime_ns": number,
            "photo_id": saved.photo_id,
            "missing": False,
            "volume_id": volume,
        }
        for number in range(30_000)
    ]
    with database.writing() as connection:
        connection.execute(insert(files), rows)
    started = process_time()
    assert len(under(catalog, "/many")) == 30_000
    assert process_time() - started < 5.0  # 0.4 s on a quiet machine
