"""The catalog against a plain dict: any order of adding, re-scanning, naming, merging, forgetting, reopening."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from recog.store.engine import open_catalog
from recog.store.records import ScannedPhoto
from recog.types import FaceBox, FileStat, NetworkInfo, NewFace, Origin

NETWORK = NetworkInfo("small", "a" * 64, 8, 160, 1.19, "nobody", "none", "the tests")
DETECTOR = "d" * 64
PHOTOS = st.integers(0, 4)
PLACES = st.sets(st.integers(0, 3))
NAMES = st.sampled_from(["Ann", "Bob", "Cem"])


class CatalogAgainstDict(RuleBasedStateMachine):
    """The model: faces[photo, place] is the name, and whether a human gave it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.catalog = open_catalog(Path(self.folder.name) / "recog.db")
        self.photos: dict[int, int] = {}
        self.faces: dict[tuple[int, int], tuple[str, Origin] | None] = {}
        self.ids: dict[tuple[int, int], int] = {}
        self.forgotten: set[tuple[int, int]] = set()
        self.people: set[str] = set()
        self.index: dict[int, bytes] = {}
        self.last_embedding = self.last_removal = 0
        self.seen_ids: set[int] = set()

    def teardown(self) -> None:
        self.catalog.close()
        self.folder.cleanup()

    @rule(photo=PHOTOS, places=PLACES, seed=st.integers(0, 2**16))
    def scan(self, photo: int, places: set[int], seed: int) -> None:
        """A scan finds faces at these places; those of the last scan that are not among them are gone."""
        random = np.random.default_rng(seed)
        found = []
        for place in sorted(places):
            numbers = random.normal(size=8).astype(np.float32)
            box = FaceBox(50.0 * place, 0.0, 50.0 * place + 40.0, 50.0, 0.9, ())
            found.append(NewFace(box, numbers / np.linalg.norm(numbers), 1.0, b"jpeg"))
        stat = FileStat(Path(f"/photos/{photo}.jpg"), 1, 1)
        scan = ScannedPhoto(stat, f"{photo:064x}", 400, 100, None, found)
        (saved,) = self.catalog.save_photos([scan], detector=DETECTOR, network=NETWORK)
        self.photos[photo] = saved.photo_id
        for key in [key for key in self.faces if key[0] == photo and key[1] not in places]:
            name = self.faces[key]
            if name is None or name[1] != Origin.CONFIRMED:
                del self.faces[key], self.ids[key]
        expected = [
            place for place in sorted(places) if (photo, place) in self.faces or (photo, place) not in self.forgotten
        ]
        assert len(saved.face_ids) == len(expected)
        for place, face_id in zip(expected, saved.face_ids, strict=True):
            if (photo, place) not in self.faces:
                assert face_id not in self.seen_ids  # never given again
                self.faces[photo, place] = None
            else:
                assert self.ids[photo, place] == face_id
            self.ids[photo, place] = face_id
            self.seen_ids.add(face_id)

    @rule(name=NAMES)
    def add_person(self, name: str) -> None:
        if name not in self.people:
            self.catalog.add_person(name)
            self.people.add(name)

    @precondition(lambda self: self.faces and self.people)
    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.faces)))
        name = data.draw(st.sampled_from(sorted(self.people)))
        self.catalog.confirm([self.ids[key]], self.catalog.person(name).id)
        self.faces[key] = (name, Origin.CONFIRMED)

    @precondition(lambda self: self.people)
    @rule(data=st.data())
    def match(self, data: st.DataObject) -> None:
        """A matching run: what machines said before is gone, what humans said stays."""
        chosen = (
            data.draw(st.dictionaries(st.sampled_from(sorted(self.faces)), st.sampled_from(sorted(self.people))))
            if (self.faces)
            else {}
        )
        people = {name: self.catalog.person(name).id for name in self.people}
        self.catalog.set_matches(NETWORK.sha256, [(self.ids[key], people[name], 0.5) for key, name in chosen.items()])
        for key, name_now in self.faces.items():
            if name_now is None or name_now[1] != Origin.CONFIRMED:
                self.faces[key] = (chosen[key], Origin.MATCHED) if key in chosen else None

    @precondition(lambda self: len(self.people) > 1)
    @rule(data=st.data())
    def merge(self, data: st.DataObject) -> None:
        source, target = data.draw(st.permutations(sorted(self.people)))[:2]
        self.catalog.merge(self.catalog.person(source).id, self.catalog.person(target).id)
        self.people.remove(source)
        for key, name in self.faces.items():
            if name is not None and name[0] == source:
                self.faces[key] = (target, name[1])

    @precondition(lambda self: self.people)
    @rule(data=st.data())
    def rename(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.people)))
        free = sorted({"Ann", "Bob", "Cem", "Dee"} - self.people)
        if not free:
            return
        after = data.draw(st.sampled_from(free))
        self.catalog.rename(self.catalog.person(name).id, after)
        self.people = (self.people - {name}) | {after}
        for key, named in self.faces.items():
            if named is not None and named[0] == name:
                self.faces[key] = (after, named[1])

    @precondition(lambda self: self.people)
    @rule(data=st.data())
    def forget(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.people)))
        assert self.catalog.forget(self.catalog.person(name).id).complete
        self.people.remove(name)
        gone = [key for key, named in self.faces.items() if named is not None and named[0] == name]
        for key in gone:
            self.forgotten.add(key)
            del self.faces[key], self.ids[key]

    @rule()
    def reopen(self) -> None:
        self.catalog.close()
        self.catalog = open_catalog(Path(self.folder.name) / "recog.db")

    @invariant()
    def catalog_equals_model(self) -> None:
        stored = self.catalog.faces(range(1, max(self.seen_ids, default=0) + 1))
        names = {person.id: person.name for person in self.catalog.people()}
        assert set(names.values()) == self.people
        assert {
            face_id: None if face.person_id is None else (names[face.person_id], face.origin)
            for face_id, face in stored.items()
        } == {self.ids[key]: name for key, name in self.faces.items()}

    @invariant()
    def an_index_that_follows_equals_the_catalog(self) -> None:
        self.last_removal, gone = self.catalog.removals(self.last_removal, NETWORK.sha256)
        for face_id in gone.tolist():
            self.index.pop(face_id, None)
        for run in self.catalog.embeddings(NETWORK.sha256, after=self.last_embedding):
            self.index |= {int(i): v.tobytes() for i, v in zip(run.face_ids, run.embeddings, strict=True)}
            self.last_embedding = run.last_id
        assert set(self.index) == set(self.ids.values())
        mark = self.catalog.embedding_mark(NETWORK.sha256)
        assert (mark.count, mark.last_removal_id) == (len(self.index), self.last_removal)


TestCatalogAgainstDict = CatalogAgainstDict.TestCase
TestCatalogAgainstDict.settings = settings(
    max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
