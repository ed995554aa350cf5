"""Machines that share a catalog: each has its folders, and a share is one root on all of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from recog.config import read_settings
from recog.errors import CatalogError, UnknownNumberError
from recog.library.indexing.results import IngestReport
from tests.databases import database_at
from tests.painted import BLUE, GREEN, RED, WHITE, PaintedLibrary, paint
from tests.postgres import Databases


class Machines:
    """One catalog, and a share that each machine has at a path of its own: only one of them is there at a time."""

    def __init__(self, home: Path, database: str) -> None:
        self.home = home
        self.database = database
        self.share = home / "nas" / "photos"
        paint(self.share / "ada.png", RED)
        paint(self.share / "deep" / "ben.png", GREEN)

    def on(self, host: str) -> PaintedLibrary:
        """Open the catalog as a machine, which sees the share below a folder of its name."""
        place = self.home / host / "photos"
        if place != self.share:
            place.parent.mkdir(exist_ok=True)
            self.share.rename(place)
            self.share = place
        return PaintedLibrary(read_settings(library=self.home / "library", database=self.database, host=host))

    def index(self, host: str) -> IngestReport:
        with self.on(host) as library:
            return library.index([self.share])


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def machines(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Machines]:
    if request.param == "sqlite":
        yield Machines(tmp_path, f"sqlite:///{tmp_path / 'catalog.sqlite3'}")
        return
    databases: Databases = request.getfixturevalue("databases")
    made = databases.new()
    yield Machines(tmp_path, made)
    databases.drop(made)


def counts(report: IngestReport) -> dict[str, int]:
    names = ("added", "changed", "moved", "duplicates", "unchanged", "missing")
    return {name: number for name in names if (number := getattr(report, name))}


def test_machines_that_index_one_share_do_not_move_its_photos(machines: Machines) -> None:
    assert counts(machines.index("nas")) == {"added": 2}
    assert counts(machines.index("desk")) == {"duplicates": 2}
    for host in ("nas", "desk", "nas"):
        assert counts(machines.index(host)) == {"unchanged": 2}


def test_a_mapped_share_is_one_root_on_both_machines(machines: Machines) -> None:
    machines.index("nas")
    with machines.on("desk") as desk:
        (root,) = desk.roots.all().roots
        assert (root.path, root.mounts[0].host) == (None, "nas")
        (root,) = desk.roots.map(root.id, machines.share).roots
        assert (root.path, root.files) == (machines.share, 2)
        assert [(one.host, one.path) for one in root.mounts] == [
            ("desk", machines.home / "desk" / "photos"),
            ("nas", machines.home / "nas" / "photos"),
        ]
        assert counts(desk.index([machines.share])) == {"unchanged": 2}
        paint(machines.share / "new.png", BLUE)
        (machines.share / "deep").rename(machines.share / "moved")
        assert counts(desk.index([machines.share])) == {"added": 1, "moved": 1, "unchanged": 1}
        assert {folder.path for folder in desk.photos.folders()} == {machines.share, machines.share / "moved"}
        assert desk.status().photos == 3
    with machines.on("nas") as nas:
        assert counts(nas.index([machines.share])) == {"unchanged": 3}
        assert nas.photos.photo(1).paths == (machines.share / "ada.png",)
        assert nas.photos.photo(1).elsewhere == ()
        (machines.share / "new.png").unlink()
        assert counts(nas.index([machines.share])) == {"unchanged": 2, "missing": 1}
        assert nas.photos.prune().files == (machines.share / "new.png",)
    assert counts(machines.index("desk")) == {"unchanged": 2}


def test_what_a_machine_indexed_by_itself_becomes_the_shares(machines: Machines) -> None:
    machines.index("nas")
    own = paint(machines.share / "own.png", WHITE)
    with machines.on("desk") as desk:
        desk.index([machines.share])
        desk.people.enrol("Ada", [machines.share / "ada.png"])
        desk.people.enrol("Una", [machines.share / own.name])
        (root, _) = desk.roots.all().roots
        (one,) = desk.roots.map(root.id, machines.share).roots
        assert one.files == 3
        assert counts(desk.index([machines.share])) == {"unchanged": 3}
        assert {person.name for person in desk.people.all()} == {"Ada", "Una"}
        assert desk.status().files == 3


@pytest.mark.parametrize("queued", [False, True])
def test_a_file_that_differed_when_it_was_mapped_is_looked_at_again(machines: Machines, queued: bool) -> None:
    machines.index("nas")
    with machines.on("desk") as desk:
        paint(machines.share / "ada.png", BLUE)
        desk.index([machines.share])
        desk.people.enrol("Blue", [machines.share / "ada.png"])
        (root, _) = desk.roots.all().roots
        desk.roots.map(root.id, machines.share, unlike=True)
        if queued:
            desk.queue.work()  # nobody has looked at the share yet, so what it hides must stay
            desk.queue.fill([machines.share])
    with machines.on("nas" if queued else "desk") as last:  # the last worker may be on any machine
        _ = last.queue.work() if queued else last.index([machines.share])
        assert [face[0].person_id is not None for face in last.people.person("Blue").faces] == [True]
        assert last.status().files == 2
        assert last.context.catalog.upkeep.counts().missing_files == 0


def test_what_a_share_hides_is_kept_until_the_queue_is_empty(machines: Machines) -> None:
    """The photo that is hidden may be what the share shows by now, and its names must not go before that is seen."""
    machines.index("nas")
    with machines.on("desk") as desk:
        (machines.share / "ada.png").rename(machines.share.parent / "nas.png")
        paint(machines.share / "ada.png", BLUE)
        desk.index([machines.share])
        desk.people.enrol("Blue", [machines.share / "ada.png"])
        (machines.share / "ada.png").unlink()
        assert desk.index([machines.share]).missing == 1
        (root, _) = desk.roots.all().roots
        desk.roots.map(root.id, machines.share, unlike=True)
        paint(machines.share / "ada.png", BLUE)
        desk.queue.work()
        assert len(desk.people.person("Blue").faces) == 1
        desk.queue.fill([machines.share])
        assert len(desk.people.person("Blue").faces) == 1
        desk.queue.work()
        (face,) = desk.people.person("Blue").faces
        assert face[1] == (machines.share / "ada.png",)


def test_the_root_of_a_machine_that_is_gone_can_be_forgotten(machines: Machines) -> None:
    with machines.on("nas") as nas:
        nas.index([machines.share])
        nas.people.enrol("Ada", [machines.share / "ada.png"])
        nas.people.enrol("Ben", [machines.share / "deep" / "ben.png"])
    with machines.on("desk") as desk:
        own = machines.home / "own"
        paint(own / "copy.png", RED)
        desk.index([own])
        number, mine = (root.id for root in desk.roots.all().roots)
        found = desk.roots.to_forget(number)
        assert (found.root.files, found.photos, found.faces, found.confirmed) == (2, 1, 1, (("Ben", 1),))
        assert not found.dropped
        assert desk.roots.forget(number).dropped
        assert [root.id for root in desk.roots.all().roots] == [mine]
        status = desk.status()
        assert (status.photos, status.files, status.faces) == (1, 1, 1)
        assert {person.name: person.confirmed for person in desk.people.all()} == {"Ada": 1, "Ben": 0}
        assert desk.maintenance.check().ok
        with pytest.raises(CatalogError, match=f"root {mine} is on this machine, at {own}: prune that folder"):
            desk.roots.forget(mine)
        with pytest.raises(UnknownNumberError, match="no root has the number 99"):
            desk.roots.to_forget(99)


def test_files_of_another_machine_are_neither_missing_nor_pruned(machines: Machines) -> None:
    machines.index("nas")
    (machines.share / "deep" / "ben.png").unlink()
    (machines.share / "bad.jpg").write_bytes(b"no photo")
    with machines.on("nas") as library:
        assert counts(library.index([machines.share])) == {"unchanged": 1, "missing": 1}
        assert (library.status().missing_files, library.status().failed_files) == (1, 1)
    nas = machines.share
    with machines.on("desk") as desk:
        other = paint(machines.home / "own" / "1.png", BLUE).parent
        desk.people.enrol("Ada", [paint(machines.home / "own" / "ada.png", RED, noise=1)])
        assert counts(desk.index([other])) == {"added": 1, "unchanged": 1}
        assert (desk.status().missing_files, desk.status().failed_files) == (0, 0)
        assert desk.photos.missing().files == ()
        assert desk.photos.prune().files == ()
        with pytest.raises(CatalogError, match="knows no file in"):
            desk.photos.missing(nas)
        shown = desk.photos.photo(1)
        assert shown.paths == shown.elsewhere == (nas / "ada.png",)
        assert desk.status().photos == 4


def test_the_same_path_of_two_machines_may_hold_different_photos(machines: Machines, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with machines.on("nas") as first:
        paint(home / "1.png", RED, None)
        paint(home / "2.png", GREEN, None)
        first.index([home])
        first.people.enrol("Red", [home / "1.png"])
    paint(home / "1.png", BLUE, WHITE, BLUE, noise=3)
    (home / "2.png").unlink()
    with machines.on("desk") as second:
        assert counts(second.index([home])) == {"added": 1}
        assert second.status().files == 3
        assert [len(face[1]) for face in second.people.person("Red").faces] == [1]
    paint(home / "1.png", RED, None)
    paint(home / "2.png", GREEN, None)
    with machines.on("nas") as first:
        report = first.index([home], verify=True)
        assert (report.missing, report.unchanged, report.moved) == (0, 2, 0)


def test_a_share_that_has_one_path_everywhere_needs_no_mapping(machines: Machines, tmp_path: Path) -> None:
    share = paint(tmp_path / "mnt" / "1.png", RED).parent
    for host, told in (("nas", "added"), ("desk", "unchanged"), ("nas", "unchanged")):
        with machines.on(host) as library:
            assert counts(library.index([share])) == {told: 1}
    with machines.on("desk") as desk:
        (root,) = desk.roots.all().roots
        assert [one.host for one in root.mounts] == ["desk", "nas"]


def test_a_catalog_of_an_earlier_recog_is_taken_over_without_losing_a_name(machines: Machines) -> None:
    with machines.on("nas") as library:
        library.index([machines.share])
        library.people.enrol("Ada", [machines.share / "ada.png"])
    with database_at(machines.database) as database, database.writing() as connection:
        connection.execute(text("DELETE FROM volumes WHERE host = ''"))
        connection.execute(text("UPDATE volumes SET host = ''"))
    with machines.on("nas") as library:
        library.people.enrol("Ben", [machines.share / "deep" / "ben.png"])  # a file of the machine's own by now
        assert counts(library.index([machines.share])) == {"unchanged": 2}
        (root,) = library.roots.all().roots
        assert [one.host for one in root.mounts] == ["nas"]
        assert {person.name for person in library.people.all()} == {"Ada", "Ben"}
        (machines.share / "ada.png").unlink()
        assert counts(library.index([machines.share])) == {"unchanged": 1, "missing": 1}


def test_what_cannot_be_mapped_is_refused_in_a_sentence(machines: Machines, tmp_path: Path) -> None:
    machines.index("nas")
    with machines.on("desk") as desk:
        other = paint(tmp_path / "other" / "1.png", BLUE).parent
        desk.index([other])
        share, own = (root.id for root in desk.roots.all().roots)
        said: list[tuple[Callable[[], object], type[CatalogError], str]] = [
            (lambda: desk.roots.map(9, other), UnknownNumberError, "no root has the number 9"),
            (lambda: desk.roots.map(share, tmp_path / "no"), CatalogError, "there is no folder"),
            (lambda: desk.roots.map(share, other), CatalogError, "of 2 of its files 0 are there"),
            (lambda: desk.roots.map(own, other), CatalogError, "is on this machine already, at"),
            (lambda: desk.roots.unmap(other), CatalogError, "no root of another machine is mapped to"),
        ]
        for act, kind, words in said:
            with pytest.raises(kind, match=words):
                act()
        desk.roots.map(share, machines.share)
        with pytest.raises(CatalogError, match="is on this machine already"):
            desk.roots.map(share, machines.share)
        assert desk.roots.unmap(machines.share).roots[0].path is None
    with machines.on("nas") as nas:
        with pytest.raises(CatalogError, match="no other machine has the root"):
            nas.roots.unmap(machines.share)
        assert counts(nas.index([machines.share])) == {"unchanged": 2}
