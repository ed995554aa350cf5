"""Whether the catalog changed, and whose faces are, on both engines."""

from recog.store.catalog import Catalog
from recog.store.engine import open_catalog
from tests.store.conftest import Scans


def test_the_version_changes_with_every_write_and_stays_without(catalog: Catalog, scans: Scans) -> None:
    seen = [catalog.version()]
    scans.save(catalog, scans.photo("a.jpg", "a", scans.face(10)))
    seen.append(catalog.version())
    catalog.enrol("Ada", [1])
    seen.append(catalog.version())
    catalog.undo()
    seen.append(catalog.version())
    assert len(set(seen)) == 4
    catalog.faces([1])
    assert catalog.version() == seen[-1]


def test_another_program_s_write_changes_the_version(catalog: Catalog, scans: Scans) -> None:
    before = catalog.version()
    with open_catalog(catalog._database.engine.url.render_as_string(hide_password=False)) as other:
        scans.save(other, scans.photo("a.jpg", "a", scans.face(10)))
    assert catalog.version() != before


def test_confirmed_faces_have_people_and_others_none(catalog: Catalog, scans: Scans) -> None:
    saved = scans.save(catalog, scans.photo("a.jpg", "a", scans.face(10), scans.face(60), scans.face(110)))
    one, two, three = saved[0].face_ids
    person, _ = catalog.enrol("Ada", [one])
    catalog.set_matches(scans.network.sha256, [(two, person.id, 0.1)])
    assert catalog.confirmed_people([one, two, three, 999]) == {one: person.id}
    assert (catalog.confirmed_count(), catalog.people_count()) == (1, 1)
    (found,) = catalog.people_by_id([person.id, person.id, 999]).values()
    assert (found.name, found.confirmed, found.matched) == ("Ada", 1, 1)
