"""Whether the catalog changed, and whose faces are, on both engines."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from recog.ageing import PersonTimes
from recog.store.catalog import Catalog
from recog.store.connection.database import Database
from recog.store.engine import open_catalog
from recog.types import DateSource
from tests.store.conftest import Scans


def test_the_version_changes_with_every_write_and_stays_without(catalog: Catalog, scans: Scans) -> None:
    seen = [catalog.version()]
    scans.save(catalog, scans.photo("a.jpg", "a", scans.face(10)))
    seen.append(catalog.version())
    catalog.acts.enrol("Ada", [1])
    seen.append(catalog.version())
    catalog.acts.undo()
    seen.append(catalog.version())
    assert len(set(seen)) == 4
    catalog.faces.by_ids([1])
    assert catalog.version() == seen[-1]


def test_another_program_s_write_changes_the_version(catalog: Catalog, url: str, scans: Scans) -> None:
    before = catalog.version()
    with open_catalog(url) as other:
        scans.save(other, scans.photo("a.jpg", "a", scans.face(10)))
    assert catalog.version() != before


def test_confirmed_faces_have_people_and_others_none(catalog: Catalog, scans: Scans) -> None:
    saved = scans.save(catalog, scans.photo("a.jpg", "a", scans.face(10), scans.face(60), scans.face(110)))
    one, two, three = saved[0].face_ids
    person, _ = catalog.acts.enrol("Ada", [one])
    catalog.matches.replace(scans.network.sha256, [(two, person.id, 0.1)])
    assert catalog.people.confirmed_owners([one, two, three, 999]) == {one: person.id}
    assert (catalog.people.confirmed_count(), catalog.people.count()) == (1, 1)
    (found,) = catalog.people.by_ids([person.id, person.id, 999]).values()
    assert (found.name, found.confirmed, found.matched) == ("Ada", 1, 1)


def test_a_moment_is_one_state_of_the_catalog_and_the_next_a_later_one(
    catalog: Catalog, database: Database, scans: Scans
) -> None:
    (saved,) = scans.save(catalog, scans.photo("a.jpg", "a", scans.face(10), scans.face(60)))
    one, two = saved.face_ids
    ada, _ = catalog.acts.enrol("Ada", [one])
    with catalog.snapshot() as now:
        assert now.confirmed_people([one, two]) == {one: ada.id}
        if database.is_sqlite:
            catalog.acts.enrol("Ada", [two])
            with catalog.snapshot() as later:
                assert later.confirmed_people([one, two]) == {one: ada.id, two: ada.id}
            assert now.confirmed_people([one, two]) == {one: ada.id}
            assert now.version() != catalog.version()


def test_after_a_question_that_failed_the_next_is_answered(catalog: Catalog, scans: Scans) -> None:
    scans.save(catalog, scans.photo("a.jpg", "a", scans.face(10)))
    with pytest.raises(ZeroDivisionError), catalog.snapshot() as now:
        now.people_by_id([1 // 0])
    assert catalog.version() == catalog.version()
    catalog.acts.enrol("Ada", [1])
    assert len(catalog.people.confirmed_owners([1])) == 1


def test_a_catalog_that_is_closed_keeps_no_file_open(tmp_path: Path) -> None:
    path = tmp_path / "recog.db"
    with open_catalog(path) as catalog:
        with catalog.snapshot(), catalog.snapshot():
            assert _open_files(path)
        assert _open_files(path)
    assert not _open_files(path)


def _open_files(path: Path) -> list[Path]:
    held = [one.readlink() for one in Path("/proc/self/fd").iterdir() if one.is_symlink()]
    return [one for one in held if one.name.startswith(path.name)]


def test_names_by_distance_are_due_when_embeddings_came_or_went_since(catalog: Catalog, scans: Scans) -> None:
    network, other = scans.network.sha256, scans.other_network.sha256
    assert not catalog.matches.due(network)
    catalog.matches.replace(network, [])
    (saved,) = scans.save(catalog, scans.photo("a.jpg", "a", scans.face(10), scans.face(60)))
    assert (catalog.matches.due(network), catalog.matches.due(other)) == (True, False)
    catalog.matches.replace(network, [])
    assert not catalog.matches.due(network)
    scans.save(catalog, scans.photo("b.jpg", "b"))
    catalog.acts.enrol("Ada", saved.face_ids[:1])
    assert not catalog.matches.due(network)
    catalog.embeddings.drop(saved.face_ids[1:], network)
    assert catalog.matches.due(network)
    catalog.matches.replace(network, [])
    scans.save(catalog, scans.photo("c.jpg", "c", scans.face(10)))
    assert catalog.matches.due(network)


def test_names_by_another_rule_are_due(catalog: Catalog, scans: Scans) -> None:
    network = scans.network.sha256
    scans.save(catalog, scans.photo("a.jpg", "a", scans.face(10)))
    catalog.matches.replace(network, [], rule="near")
    assert [catalog.matches.due(network, rule=rule) for rule in ("near", "nearer")] == [False, True]
    catalog.matches.replace(network, [], rule="nearer")
    assert [catalog.matches.due(network, rule=rule) for rule in ("near", "nearer")] == [True, False]


def test_names_of_another_network_leave_those_of_this_one_due(catalog: Catalog, scans: Scans) -> None:
    network, other = scans.network, scans.other_network
    scan = scans.photo("a.jpg", "a", scans.face(10))
    for one in (network, other):
        catalog.photos.save([scan], detector=scans.detector, network=one)
        catalog.matches.replace(one.sha256, [])
    assert (catalog.matches.due(network.sha256), catalog.matches.due(other.sha256)) == (True, False)


def test_people_have_their_births_and_the_days_of_faces_that_lend_their_names(catalog: Catalog, scans: Scans) -> None:
    taken = datetime(2010, 7, 1, 23, 59, tzinfo=UTC)
    photos = [
        replace(scans.photo(f"{name}.jpg", name, scans.face(10)), taken_at=when, taken_from=source)
        for name, when, source in (
            ("dated", taken, DateSource.EXIF_ORIGINAL),
            ("old", taken, None),
            ("copied", taken, DateSource.FILE_TIME),
            ("undated", None, None),
        )
    ]
    dated, old, copied, undated = (one.face_ids[0] for one in scans.save(catalog, *photos))
    ada, _ = catalog.acts.enrol("Ada", [dated, copied, undated])
    ben, _ = catalog.acts.enrol("Ben", [old])
    catalog.acts.set_born(ada.id, date(2001, 2, 3))
    day = date(2010, 7, 1).toordinal()
    with catalog.snapshot() as now:
        assert now.times([ada.id, ben.id, 999]) == {
            ada.id: PersonTimes(date(2001, 2, 3).toordinal(), {dated: day}),
            ben.id: PersonTimes(None, {old: day}),
            999: PersonTimes(),
        }
    assert catalog.faces.days() == catalog.faces.days([dated, old, copied, undated]) == {dated: day, old: day}
    assert catalog.faces.days([copied]) == {}
    assert catalog.faces.any_dated()


def test_dates_of_files_are_no_dates(catalog: Catalog, scans: Scans) -> None:
    photo = scans.photo("a.jpg", "a", scans.face(10))
    scans.save(catalog, replace(photo, taken_at=datetime(2010, 7, 1, tzinfo=UTC), taken_from=DateSource.FILE_TIME))
    assert not catalog.faces.any_dated()
