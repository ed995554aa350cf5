"""The catalog against plain dicts: any order of all that is done to photos, faces and people, reopened or killed.

Two networks embed what faces look like, each in its own way, and take over from each other.

RECOG_MODEL_SEQUENCES and RECOG_MODEL_STEPS say how many sequences of how many steps are tried; the short tier tries
the same few each time, tests/faults/model.py 1,000 of 50, by seeds that it counts.
"""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from recog.store.engine import open_catalog
from recog.store.records import ScannedPhoto
from recog.types import Cluster, FaceBox, FileStat, NewFace, Origin
from tests.opened_twice import bytes_of
from tests.sequences import of_sequences
from tests.store.seen import FOLDER, NETWORK, NETWORKS, OTHER, Followed, Key, Look, Said, clusters_of, embedded

if TYPE_CHECKING:
    from collections.abc import Callable

DETECTOR = "d" * 64
PHOTOS = st.integers(0, 4)
PLACES = st.sets(st.integers(0, 3))
NAMES = st.sampled_from(["Ann", "Bob", "Cem"])


class CatalogAgainstDict(RuleBasedStateMachine):
    """The model: faces[photo, place] is the name, and whether a human gave it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.home = Path(self.folder.name) / "0"
        self.catalog = open_catalog(self.home / "recog.db")
        self.photos: dict[int, int] = {}
        self.faces: dict[Key, tuple[str, Origin] | None] = {}
        self.ids: dict[Key, int] = {}
        self.forgotten: set[Key] = set()
        self.people: set[str] = set()
        self.rejected: set[tuple[Key, str]] = set()
        self.ignored: set[Key] = set()
        self.network = NETWORK
        self.looks: dict[int, dict[int, Look]] = {}
        self.processed: dict[str, set[int]] = {one.sha256: set() for one in NETWORKS}
        self.vectors: dict[str, dict[Key, bytes]] = {one.sha256: {} for one in NETWORKS}
        self.clusters: dict[str, list[set[Key]]] = {one.sha256: [] for one in NETWORKS}
        self.undoable: list[tuple[Said, str]] = []
        self.crashes = 0
        self.indexes = {one.sha256: Followed() for one in NETWORKS}
        self.seen_ids: set[int] = set()

    def said(self) -> Said:
        return Said(frozenset(self.people), dict(self.faces), frozenset(self.rejected), frozenset(self.ignored))

    def act(self, kind: str, change: Callable[[], None]) -> None:
        """Change the model by an act of a human; one that changes nothing is none."""
        before = self.said()
        change()
        if self.said().by_humans() != before.by_humans():
            self.undoable.append((before, kind))

    def drop(self, keys: list[Key]) -> None:
        """Faces that are gone: found again, they are new faces, and of no cluster."""
        for key in keys:
            del self.faces[key], self.ids[key]
            for vectors in self.vectors.values():
                vectors.pop(key, None)
        for clusters in self.clusters.values():
            for members in clusters:
                members -= set(keys)
        self.rejected = {(key, name) for key, name in self.rejected if key in self.faces}
        self.ignored &= set(self.faces)

    def pick(self, data: st.DataObject) -> tuple[Key, str]:
        return data.draw(st.sampled_from(sorted(self.faces))), data.draw(st.sampled_from(sorted(self.people)))

    def number(self, name: str) -> int:
        return self.catalog.people.by_name(name).id

    def teardown(self) -> None:
        self.catalog.close()
        self.folder.cleanup()

    @rule(photo=PHOTOS, places=PLACES, seed=st.integers(0, 2**16))
    def scan(self, photo: int, places: set[int], seed: int) -> None:
        """A scan finds faces at these places; those of the last scan that are not among them are gone."""
        random = np.random.default_rng(seed)
        self.look_at(photo, {place: random.normal(size=8).astype(np.float32) for place in sorted(places)})

    def look_at(self, photo: int, looks: dict[int, Look]) -> None:
        """The present network embeds the faces of a photo."""
        found = [
            NewFace(FaceBox(50.0 * at, 0.0, 50.0 * at + 40.0, 50.0, 0.99, ()), embedded(self.network, look), 1, b"jpeg")
            for at, look in looks.items()
        ]
        stat = FileStat(FOLDER / f"{photo}.jpg", 1, 1)
        scan = ScannedPhoto(stat, f"{photo:064x}", 400, 100, None, found)
        (saved,) = self.catalog.photos.save([scan], detector=DETECTOR, network=self.network)
        self.photos[photo], self.looks[photo] = saved.photo_id, looks
        self.processed[self.network.sha256].add(photo)
        spoken_of = {key for key, _ in self.rejected} | self.ignored
        gone = [key for key in self.faces if key[0] == photo and key[1] not in looks and key not in spoken_of]
        self.drop([key for key in gone if (named := self.faces[key]) is None or named[1] != Origin.CONFIRMED])
        self.undoable.clear()
        expected = [place for place in looks if (photo, place) in self.faces or (photo, place) not in self.forgotten]
        assert len(saved.face_ids) == len(expected)
        for place, face_id in zip(expected, saved.face_ids, strict=True):
            if (photo, place) not in self.faces:
                assert face_id not in self.seen_ids  # never given again
                self.faces[photo, place] = None
            else:
                assert self.ids[photo, place] == face_id
            self.ids[photo, place] = face_id
            self.seen_ids.add(face_id)
            self.vectors[self.network.sha256][photo, place] = embedded(self.network, looks[place]).tobytes()

    @rule()
    def change_network(self) -> None:
        """The other network looks at what it has not seen, and at nothing else; names stay: the laws look."""
        self.network = OTHER if self.network is NETWORK else NETWORK
        known = self.catalog.files.under(FOLDER, detector=DETECTOR, network=self.network.sha256)
        unseen = {int(path.stem) for path, file in known.items() if not file.current}
        assert unseen == self.photos.keys() - self.processed[self.network.sha256]
        for photo in sorted(unseen):
            self.look_at(photo, self.looks[photo])

    @rule(name=NAMES)
    def add_person(self, name: str) -> None:
        if name not in self.people:
            self.catalog.people.add(name)
            self.people.add(name)
            self.undoable.clear()

    def _confirmed(self, key: Key, name: str) -> None:
        self.people.add(name)
        self.faces[key] = (name, Origin.CONFIRMED)
        self.rejected.discard((key, name))
        self.ignored.discard(key)

    @precondition(lambda self: self.faces and self.people)
    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        key, name = self.pick(data)
        self.catalog.acts.confirm([self.ids[key]], self.number(name))
        self.act("confirm", lambda: self._confirmed(key, name))

    @precondition(lambda self: self.faces)
    @rule(data=st.data(), name=NAMES)
    def enrol(self, data: st.DataObject, name: str) -> None:
        key = data.draw(st.sampled_from(sorted(self.faces)))
        _, created = self.catalog.acts.enrol(name, [self.ids[key]])
        assert created == (name not in self.people)
        self.act("enrol", lambda: self._confirmed(key, name))

    @precondition(lambda self: self.faces and self.people)
    @rule(data=st.data(), kind=st.sampled_from(["reject", "split"]))
    def reject(self, data: st.DataObject, kind: str) -> None:
        key, name = self.pick(data)
        self.catalog.acts.reject([self.ids[key]], self.number(name), kind=kind)

        def change() -> None:
            self.rejected.add((key, name))
            named = self.faces[key]
            if named is not None and named[0] == name:
                self.faces[key] = None

        self.act(kind, change)

    @precondition(lambda self: self.faces)
    @rule(data=st.data())
    def ignore(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.faces)))
        self.catalog.acts.ignore([self.ids[key]])

        def change() -> None:
            self.ignored.add(key)
            self.faces[key] = None

        for members in chain(*self.clusters.values()) if key not in self.ignored else []:
            members.discard(key)
        self.act("ignore", change)

    @precondition(lambda self: self.ignored)
    @rule(data=st.data())
    def unignore(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.ignored)))
        self.catalog.acts.unignore([self.ids[key]])
        self.act("unignore", lambda: self.ignored.discard(key))

    @precondition(lambda self: self.undoable)
    @rule()
    def undo(self) -> None:
        """What humans said is as before the act; names by distance that the act took away do not come back."""
        before, kind = self.undoable.pop()
        assert self.catalog.acts.undo().kind == kind
        moved = before.people - self.people  # a merged person: names by distance go back with it
        for key, now in self.faces.items():
            then = before.faces[key]
            if then is not None and then[1] == Origin.CONFIRMED:
                self.faces[key] = then
            elif now is not None and now[1] == Origin.CONFIRMED:
                self.faces[key] = None
            elif now is not None and then is not None and (kind == "rename" or then[0] in moved):
                self.faces[key] = then
        self.people, self.rejected, self.ignored = set(before.people), set(before.rejected), set(before.ignored)

    @precondition(lambda self: self.people)
    @rule(data=st.data())
    def match(self, data: st.DataObject) -> None:
        """A matching run: what machines said before is gone, what humans said stays."""
        chosen = (
            data.draw(st.dictionaries(st.sampled_from(sorted(self.faces)), st.sampled_from(sorted(self.people))))
            if (self.faces)
            else {}
        )
        people = {name: self.number(name) for name in self.people}
        self.catalog.matches.replace(
            self.network.sha256, [(self.ids[key], people[name], 0.5) for key, name in chosen.items()]
        )
        for key, name_now in self.faces.items():
            if name_now is None or name_now[1] != Origin.CONFIRMED:
                forbidden = key in self.ignored or (key, chosen.get(key)) in self.rejected
                self.faces[key] = (chosen[key], Origin.MATCHED) if key in chosen and not forbidden else None
        self.undoable.clear()

    @precondition(lambda self: len(self.people) > 1)
    @rule(data=st.data())
    def merge(self, data: st.DataObject) -> None:
        source, target = data.draw(st.permutations(sorted(self.people)))[:2]
        self.catalog.acts.merge(self.number(source), self.number(target))

        def change() -> None:
            targets_own = {key for key, named in self.faces.items() if named == (target, Origin.CONFIRMED)}
            confirmed = {key for key, named in self.faces.items() if named == (source, Origin.CONFIRMED)}
            of_source = {key for key, name in self.rejected if name == source}
            self.people.remove(source)
            self.rejected = {(key, name) for key, name in self.rejected if name != source}
            self.rejected -= {(key, target) for key in confirmed}
            self.rejected |= {(key, target) for key in of_source - targets_own}
            for key, named in self.faces.items():
                if named is not None and named[0] == source:
                    self.faces[key] = (target, named[1])
                if self.faces[key] == (target, Origin.MATCHED) and (key, target) in self.rejected:
                    self.faces[key] = None

        self.act("merge", change)

    @precondition(lambda self: self.people)
    @rule(data=st.data())
    def rename(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.people)))
        free = sorted({"Ann", "Bob", "Cem", "Dee"} - self.people)
        if not free:
            return
        after = data.draw(st.sampled_from(free))
        self.catalog.acts.rename(self.number(name), after)

        def change() -> None:
            self.people = (self.people - {name}) | {after}
            self.rejected = {(key, after if one == name else one) for key, one in self.rejected}
            for key, named in self.faces.items():
                if named is not None and named[0] == name:
                    self.faces[key] = (after, named[1])

        self.act("rename", change)

    @precondition(lambda self: self.people)
    @rule(data=st.data())
    def forget(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.people)))
        assert self.catalog.erasure.forget(self.number(name)).complete
        self.people.remove(name)
        gone = [key for key, named in self.faces.items() if named is not None and named[0] == name]
        self.forgotten |= set(gone)
        self.rejected = {(key, one) for key, one in self.rejected if one != name}
        self.drop(gone)
        self.undoable.clear()

    @rule(photo=PHOTOS)
    def reset(self, photo: int) -> None:
        """Faces of forgotten people in this photo may be found again."""
        places = {key for key in self.forgotten if key[0] == photo}
        assert self.catalog.erasure.reset([f"{photo:064x}"]) >= len(places)
        self.forgotten -= places
        for seen in self.processed.values():
            seen -= {photo for photo, _ in places}

    @precondition(lambda self: self.vectors[self.network.sha256])
    @rule(data=st.data())
    def recluster(self, data: st.DataObject) -> None:
        """Of what the present network has seen. What humans said survives it: `catalog_equals_model` looks."""
        seen = sorted(self.vectors[self.network.sha256])
        groups = data.draw(st.dictionaries(st.sampled_from(seen), st.integers(0, 2)))
        clusters = [{key for key, group in groups.items() if group == number} for number in range(3)]
        centroid = np.eye(self.network.dim, dtype=np.float32)[0]
        found = [Cluster(tuple(self.ids[key] for key in sorted(one)), centroid) for one in clusters if one]
        self.catalog.clusters.save(self.network.sha256, "identity", {}, found)
        self.clusters[self.network.sha256] = clusters

    @rule()
    def reopen(self) -> None:
        self.catalog.close()
        self.catalog = open_catalog(self.home / "recog.db")

    @rule()
    def crash(self) -> None:
        """The files as a kill at this moment leaves them: the journal not yet taken in."""
        self.crashes += 1
        after = Path(self.folder.name) / str(self.crashes)
        after.mkdir()
        for name in ("recog.db", "recog.db-wal"):
            if (self.home / name).exists():
                (after / name).write_bytes(bytes_of(self.home / name))
        self.catalog.close()
        self.home = after
        self.catalog = open_catalog(after / "recog.db")

    @invariant()
    def catalog_equals_model(self) -> None:
        stored = self.catalog.faces.by_ids(range(1, max(self.seen_ids, default=0) + 1))
        names = {person.id: person.name for person in self.catalog.people.all()}
        assert set(names.values()) == self.people
        assert {
            face_id: None if face.person_id is None else (names[face.person_id], face.origin)
            for face_id, face in stored.items()
        } == {self.ids[key]: name for key, name in self.faces.items()}
        rejected = {
            (face_id, names[one]) for face_id, people in self.catalog.people.rejections().items() for one in people
        }
        assert rejected == {(self.ids[key], name) for key, name in self.rejected}
        assert set(self.catalog.people.ignored_faces()) == {self.ids[key] for key in self.ignored}

    @invariant()
    def clusters_hold_who_is_left(self) -> None:
        for network, clusters in self.clusters.items():
            expected = [{self.ids[key] for key in members & set(self.faces)} for members in clusters]
            stored = [set(one.face_ids) for one in clusters_of(self.catalog, network)]
            assert sorted(map(sorted, stored)) == sorted(sorted(one) for one in expected if one)

    @invariant()
    def nobody_bears_a_name_that_was_refused(self) -> None:
        for key, named in self.faces.items():
            assert named is None or ((key, named[0]) not in self.rejected and key not in self.ignored)

    @invariant()
    def the_gallery_of_each_network_holds_the_confirmed_faces_that_it_has_seen(self) -> None:
        names = {person.id: person.name for person in self.catalog.people.all()}
        for network, vectors in self.vectors.items():
            gallery = self.catalog.embeddings.gallery(network)
            stored = zip(gallery.face_ids.tolist(), gallery.person_ids.tolist(), gallery.embeddings, strict=True)
            confirmed = {key: named[0] for key, named in self.faces.items() if named and named[1] == Origin.CONFIRMED}
            assert {face_id: (names[person_id], vector.tobytes()) for face_id, person_id, vector in stored} == {
                self.ids[key]: (name, vectors[key]) for key, name in confirmed.items() if key in vectors
            }

    @invariant()
    def an_index_that_follows_equals_the_catalog(self) -> None:
        for network, index in self.indexes.items():
            index.last_removal, gone = self.catalog.embeddings.removals(index.last_removal, network)
            for face_id in gone.tolist():
                index.vectors.pop(face_id, None)
            for run in self.catalog.embeddings.batches(network, after=index.last_embedding):
                index.vectors |= {int(i): v.tobytes() for i, v in zip(run.face_ids, run.embeddings, strict=True)}
                index.last_embedding = run.last_id
            assert index.vectors == {self.ids[key]: vector for key, vector in self.vectors[network].items()}
            mark = self.catalog.embeddings.mark(network)
            assert (mark.count, mark.last_removal_id) == (len(index.vectors), index.last_removal)


TestCatalogAgainstDict = CatalogAgainstDict.TestCase
TestCatalogAgainstDict.settings = of_sequences(12, steps=25)
