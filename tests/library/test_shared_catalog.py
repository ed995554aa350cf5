"""Two folders share one catalog: a person forgotten in one is erased from the other by its next command.

On a server: tests/library/test_shared_server.py.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from recog.config import read_settings
from recog.errors import CatalogError
from recog.index.manifest import MANIFEST
from recog.library.maintenance.doctor import examine
from recog.store.writer_lock import WriterLock
from tests.faults.privilege import bound_by_permissions
from tests.held_index import live_index
from tests.painted import GREEN, PaintedLibrary, paint

Verb = Callable[[PaintedLibrary], object]
ROSE, LIME = (231, 97, 113), (97, 231, 53)
"""Colours whose embeddings have bytes that occur nowhere else."""
VERBS: dict[str, Verb] = {
    "people": lambda library: library.people.all(),
    "status": lambda library: library.status(),
    "check": lambda library: library.maintenance.check(),
    "history": lambda library: library.people.history(),
    "missing": lambda library: library.photos.missing(),
    "doctor": lambda library: examine(library.context.settings, library.networks),
    "identify": lambda library: library.identify(library.context.settings.library.parent / "photos" / "ben.png"),
    "enrol": lambda library: library.people.enrol(
        "Cid", [library.context.settings.library.parent / "photos" / "ben.png"]
    ),
    "index": lambda library: library.index([library.context.settings.library.parent / "photos"]),
}


class Shared:
    """Folders `a` and `b` whose libraries share one database, which has Ada and Ben."""

    def __init__(self, home: Path, database: str) -> None:
        self.home = home
        self.database = database
        photos = home / "photos"
        with self.open("a") as first:
            first.index([paint(photos / "ada.png", ROSE).parent])
            first.people.enrol("Ada", [photos / "ada.png"])
            first.people.enrol("Ben", [paint(photos / "ben.png", LIME)])
            first.people.enrol("Bob", [paint(photos / "bob.png", GREEN)])
            face = first.people.person("Ada").faces[0][0]
            _, (vector,) = first.context.catalog.embeddings.of_faces([face.id], first.networks.info.sha256)
        self.vector = vector.astype(np.float32).tobytes()
        with self.open("b") as second:
            second.index([photos])
        assert self.held("a"), "the search finds no vector where one is"
        assert self.held("b"), "the search finds no vector where one is"

    def open(self, name: str) -> PaintedLibrary:
        return PaintedLibrary(read_settings(library=self.home / name, database=self.database))

    def held(self, name: str) -> list[Path]:
        """Return the files of a folder that hold Ada's embedding."""
        files = [path for path in (self.home / name).rglob("*") if path.is_file()]
        return [path for path in files if self.vector in path.read_bytes()]

    def forget(self) -> None:
        with self.open("a") as first:
            assert first.people.forget("Ada").complete
        assert not self.held("a")


@pytest.fixture
def shared(tmp_path: Path) -> Shared:
    return Shared(tmp_path, f"sqlite:///{tmp_path / 'catalog.db'}")


@pytest.mark.parametrize("verb", VERBS)
def test_no_vector_of_who_is_forgotten_outlives_the_next_verb_in_another_folder(shared: Shared, verb: str) -> None:
    shared.forget()
    assert shared.held("b"), "nothing was left: nothing is proved"
    with shared.open("b") as second:
        VERBS[verb](second)
        assert not shared.held("b")
        assert second.maintenance.pending_erasure is None
    assert not shared.held("b")


def test_the_older_index_is_not_read_before_it_goes(shared: Shared) -> None:
    shared.forget()
    with shared.open("b") as second:
        assert second.status().index.faces == 2
        assert "there is no search index" in live_index(second).problem
    assert not shared.held("b")


def test_a_library_that_was_open_all_the_while_drops_its_older_index_too(shared: Shared) -> None:
    with shared.open("b") as second:
        assert len(second.people.all()) == 3
        shared.forget()
        assert [person.name for person in second.people.all()] == ["Ben", "Bob"]
        assert not shared.held("b")
        assert second.status().index.faces == 2


def test_an_index_that_saw_the_erasure_stays(shared: Shared) -> None:
    shared.forget()
    for _ in range(2):
        with shared.open("b") as second:
            second.maintenance.rebuild_index()
        before = {path: path.stat().st_mtime_ns for path in (shared.home / "b" / "index").rglob("*")}
        for verb in ("people", "status", "doctor"):
            with shared.open("b") as second:
                VERBS[verb](second)
        assert {path: path.stat().st_mtime_ns for path in (shared.home / "b" / "index").rglob("*")} == before
        with shared.open("a") as first:
            first.people.hide("Ben")


def test_an_index_of_an_age_that_nobody_can_tell_goes_after_an_erasure_and_not_before(shared: Shared) -> None:
    (manifest,) = (shared.home / "b" / "index").rglob(MANIFEST)
    manifest.write_bytes(b"{}")
    with shared.open("b") as second:
        second.people.all()
    assert shared.held("b")
    shared.forget()
    with shared.open("b") as second:
        second.people.all()
    assert not shared.held("b")


def test_while_another_process_writes_there_the_index_stays_and_that_is_said(shared: Shared) -> None:
    shared.forget()
    with shared.open("b") as second:
        with WriterLock(shared.home / "b"):
            second.people.all()
            pending = second.maintenance.pending_erasure
            assert pending is not None
            assert "another recog is writing there" in pending.sentence
            assert shared.held("b")
        assert second.maintenance.pending_erasure is None
    assert not shared.held("b")


def test_an_index_that_cannot_be_deleted_is_told(shared: Shared) -> None:
    shared.forget()
    (home,) = (path.parent for path in (shared.home / "b" / "index").rglob(MANIFEST))
    home.chmod(0o500)
    try:
        with bound_by_permissions(), shared.open("b") as second:
            second.people.all()
            assert second.maintenance.pending_erasure is not None
            assert "forgotten from another folder, and cannot be deleted" in second.maintenance.pending_erasure.sentence
            told = [
                one
                for one in examine(second.context.settings, second.networks).observations
                if one.subject == "erasures"
            ]
            assert [one.ok for one in told] == [False]
    finally:
        home.chmod(0o700)


@pytest.mark.parametrize(("place", "mode"), [(".", 0), ("b", 0), ("b/index", 0o400)])
def test_a_folder_that_may_not_be_looked_into_stops_no_question_and_is_told_after_an_erasure(
    shared: Shared, tmp_path: Path, place: str, mode: int
) -> None:
    """Its PermissionError once made every question to a catalog elsewhere fail."""
    (tmp_path / "closed").mkdir()
    (shared.home / "b").rename(tmp_path / "closed" / "b")
    (shared.home / "b").symlink_to(tmp_path / "closed" / "b")
    closed = tmp_path / "closed" / place
    for forgotten in (False, True):
        if forgotten:
            shared.forget()
        closed.chmod(mode)
        try:
            with bound_by_permissions(), shared.open("b") as second:
                assert len(second.people.all()) == (2 if forgotten else 3)
                pending = second.maintenance.pending_erasure
                assert (pending is not None) == forgotten
                assert pending is None or "cannot be looked into (Permission denied)" in pending.sentence
                if place != "b/index":
                    with pytest.raises(CatalogError, match=r"^the lock .* \(Permission denied\): check who may write"):
                        second.people.hide("Ben")
        finally:
            closed.chmod(0o700)


def test_an_index_of_a_later_state_than_a_restored_catalog_goes_unread(shared: Shared) -> None:
    """Removal ids restart after a restore, so an index with a higher id seemed to have seen every erasure."""
    with shared.open("a") as first:
        first.maintenance.back_up(shared.home / "earlier.db")
        first.people.forget("Bob")
        first.people.forget("Ben")
    with shared.open("b") as second:
        second.maintenance.rebuild_index()
    with shared.open("a") as first:
        first.maintenance.restore(shared.home / "earlier.db")
        first.people.forget("Ada")
    assert shared.held("b"), "nothing was left: nothing is proved"
    with shared.open("b") as second:
        assert [person.name for person in second.people.all()] == ["Ben", "Bob"]
        assert not shared.held("b")
