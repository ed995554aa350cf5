"""Random acts of two clients on one queue of a server: the catalog ends as the folder is, with the names given.

A model keeps the photos that are on the disk, and the name that was given to each content.
"""

import itertools
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from recog.config import read_settings
from recog.photos import photo_digest
from recog.store.jobs import MOST_TRIES
from tests.library.work.together import together
from tests.painted import BLUE, GREEN, RED, WHITE, PaintedLibrary, paint
from tests.postgres import Databases

pytestmark = pytest.mark.postgres
COLOURS = (RED, GREEN, BLUE, WHITE)
CLIENTS = st.integers(0, 1)


class Clients(RuleBasedStateMachine):
    """Two clients of one catalog; `databases` is set by the test."""

    databases: Databases

    @initialize()
    def begin(self) -> None:
        self.home = tempfile.TemporaryDirectory(prefix="recog-clients-")
        self.database = self.databases.new()
        self.photos = Path(self.home.name) / "photos"
        self.clients = [
            PaintedLibrary(read_settings(library=Path(self.home.name) / name, database=self.database)) for name in "ab"
        ]
        self.numbers = itertools.count()
        self.named: dict[str, str] = {}
        self.deaths = 0
        paint(self.photos / "first.png", RED, noise=next(self.numbers))
        self.clients[0].queue.fill([self.photos])

    def teardown(self) -> None:
        for one in getattr(self, "clients", ()):
            one.close()
        if hasattr(self, "database"):
            self.databases.drop(self.database)
            self.home.cleanup()

    @property
    def files(self) -> list[Path]:
        return sorted(self.photos.glob("*.png"))

    @rule(faces=st.integers(0, 3), colour=st.integers(0, 3))
    def add(self, faces: int, colour: int) -> None:
        number = next(self.numbers)
        colours = [COLOURS[(colour + place) % len(COLOURS)] for place in range(faces)]
        paint(self.photos / f"{number}.png", *colours, noise=number)

    @rule(data=st.data())
    def copy(self, data: st.DataObject) -> None:
        chosen = data.draw(st.sampled_from(self.files))
        chosen.with_name(f"copy{next(self.numbers)}.png").write_bytes(chosen.read_bytes())

    @rule(data=st.data())
    def rename(self, data: st.DataObject) -> None:
        chosen = data.draw(st.sampled_from(self.files))
        chosen.rename(chosen.with_name(f"renamed{next(self.numbers)}.png"))

    @precondition(lambda self: len(self.files) > 1)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from(self.files)).unlink()

    @rule(client=CLIENTS)
    def fill(self, client: int) -> None:
        self.clients[client].queue.fill([self.photos])

    @precondition(lambda self: self.deaths < MOST_TRIES)
    @rule(client=CLIENTS, held=st.integers(1, 4))
    def die(self, client: int, held: int) -> None:
        """A worker claims, and is never heard of again; not so often that a photo is to blame."""
        self.deaths += 1
        networks = self.clients[client].networks
        self.clients[client].context.catalog.jobs.claim(
            "dead", most=held, seconds=0.0, done=(), detector=networks.detector.sha256, network=networks.info.sha256
        )

    @rule(client=CLIENTS)
    def work(self, client: int) -> None:
        self.clients[client].queue.work(lease=2.0)

    @rule()
    def work_together(self) -> None:
        together(*(lambda one=one: one.queue.work(lease=2.0) for one in self.clients))

    @rule(client=CLIENTS, data=st.data(), name=st.sampled_from(["Ada", "Ben", "Cy"]))
    def name(self, client: int, data: st.DataObject, name: str) -> None:
        """Name the only face of a photo, while the other client works."""
        library = self.clients[client]
        chosen = data.draw(st.sampled_from(self.files))
        known = library.context.catalog.photos.at([chosen]).get(chosen)
        if known is None or known.sha256 != photo_digest(chosen):
            return
        faces = library.context.catalog.faces.of_photo(known.id)
        if len(faces) != 1:
            return
        together(
            lambda: library.people.confirm(name, [faces[0].id], new=True),
            lambda: self.clients[1 - client].queue.work(lease=2.0),
        )
        self.named[known.sha256] = name

    @invariant()
    def settled_state_is_that_of_the_folder(self) -> None:
        if not hasattr(self, "clients"):
            return
        for one in self.clients:
            catalog = one.context.catalog
            photos = catalog.photos.by_digests(self.named)
            owners = {
                digest: [face.person_id for face in catalog.faces.of_photo(photo.id)]
                for digest, photo in photos.items()
            }
            names = {person.id: person.name for person in catalog.people.all(hidden=True)}
            assert {digest: [names[owner] for owner in row if owner is not None] for digest, row in owners.items()} == {
                digest: [self.named[digest]] for digest in photos
            }

    @rule(client=CLIENTS)
    def settle(self, client: int) -> None:
        """When the queue was filled and emptied, the catalog has what the folder has, and every name of it."""
        library = self.clients[client]
        library.queue.fill([self.photos])
        report = library.queue.work(lease=2.0)
        assert (report.queue.waiting, report.queue.claimed) == (0, 0)
        here = {path: photo_digest(path) for path in self.files}
        catalog = library.context.catalog
        stored = {path: photo.sha256 for path, photo in catalog.photos.at(here).items()}
        assert stored == here
        assert {
            path
            for paths in catalog.files.paths(
                photo.id for photo in catalog.photos.by_digests(here.values()).values()
            ).values()
            for path in paths
        } >= set(here)
        assert self.named.keys() & set(here.values()) <= catalog.photos.all_digests()
        assert library.maintenance.check().ok


def test_whatever_two_clients_do_names_and_photos_stay_right(databases: Databases) -> None:
    Clients.databases = databases
    run_state_machine_as_test(
        Clients,
        settings=settings(
            max_examples=3,
            stateful_step_count=10,
            deadline=None,
            phases=(Phase.generate,),  # a smaller example would take minutes
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        ),
    )
