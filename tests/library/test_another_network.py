"""Compare a library with plain dicts while photos, people and networks change.

Two painted networks embed the same colours differently. RECOG_MODEL_SEQUENCES and RECOG_MODEL_STEPS say how
many sequences of how many steps are tried; tests/faults/model.py runs many, by seeds that it counts.
"""

from collections import defaultdict
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from numpy.typing import NDArray

from recog.config import Settings, read_settings
from recog.distance import unit_rows
from recog.types import Calibration, Crops, Embedder, Embeddings, NetworkInfo, Origin
from tests.held_index import live_index
from tests.painted import BLUE, CELL, GREEN, RED, WHITE, Colour, PaintedLibrary, PaintedNetworks, paint
from tests.sequences import of_sequences

COLOURS = (RED, GREEN, BLUE, WHITE, (220, 110, 30))
NAMES = ("Ann", "Bob", "Cem")
EXACT = 0.01
"""Tolerance of a squared distance, because a crop's pixels are integers."""
THRESHOLD = 0.1
"""The squared distance within which two colours are one person, for both networks."""

Key = tuple[int, int]
"""A photo, and a place in it, which name a face."""


def warmth(colours: NDArray[np.float32]) -> Embeddings:
    """Embed colours, (n, 3) -> (n, 5) of unit length: squares and products, so that distances differ."""
    red, green, blue = (colours / np.linalg.norm(colours, axis=1, keepdims=True)).T
    return unit_rows(np.stack([red**2, green**2, blue**2, red * green, green * blue], axis=1).astype(np.float32))


class WarmthEmbedder:
    """Embeds a crop by the warmth of its mean colour, (n, 5)."""

    info = NetworkInfo("warmth", "e" * 64, 5, 16, 1.4, "nothing", "none", "tests")

    def embed(self, crops: Crops) -> Embeddings:
        """(n, 16, 16, 3) uint8 -> (n, 5) float32 of unit length."""
        return warmth(crops.astype(np.float32).mean(axis=(1, 2)))


class WarmNetworks(PaintedNetworks):
    """The painted networks with the second embedder."""

    @cached_property
    def embedder(self) -> Embedder:
        return WarmthEmbedder()

    @cached_property
    def info(self) -> NetworkInfo:
        return WarmthEmbedder.info

    @cached_property
    def calibration(self) -> Calibration:
        return Calibration(self.info.sha256, THRESHOLD, 0.001, 10.0, -5.0, "painted faces", 1000)


class WarmLibrary(PaintedLibrary):
    """A PhotoLibrary with the second network."""

    def __init__(self, given: Settings) -> None:
        super().__init__(given, networks=WarmNetworks(given))


LIBRARIES: tuple[type[PaintedLibrary], ...] = (PaintedLibrary, WarmLibrary)


class LibraryAgainstDict(RuleBasedStateMachine):
    """Compares a library with a model: each photo's colours, confirmed names, and forgotten faces."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.home = Path(self.folder.name)
        (self.home / "photos").mkdir()
        paint(self.home / "photos" / "0.png", RED)
        self.photos: dict[int, list[Colour]] = {0: [RED]}
        self.named: dict[Key, str] = {}
        self.forgotten: set[Key] = set()
        self.kinds = LIBRARIES
        self.open()

    def open(self) -> None:
        self.library = self.kinds[0](read_settings(library=self.home / "library"))
        self.index()

    def index(self) -> None:
        """Index, and check that naming all faces changes no name by distance."""
        assert self.library.index([self.home / "photos"]).failed == ()
        named = self.assigned()
        self.library.people.match_all()
        assert self.assigned() == named

    def teardown(self) -> None:
        self.library.close()
        self.folder.cleanup()

    def path(self, photo: int) -> Path:
        return self.home / "photos" / f"{photo}.png"

    def keys(self) -> set[Key]:
        """Return the places of the known faces."""
        return {(photo, place) for photo, row in self.photos.items() for place in range(len(row))} - self.forgotten

    @rule(colours=st.lists(st.sampled_from(COLOURS), min_size=1, max_size=3))
    def add(self, colours: list[Colour]) -> None:
        photo = max(self.photos) + 1
        self.photos[photo] = colours
        paint(self.path(photo), *colours, noise=photo)
        self.index()

    @precondition(lambda self: len(self.photos) > 1)
    @rule(data=st.data())
    def prune(self, data: st.DataObject) -> None:
        photo = data.draw(st.sampled_from(sorted(self.photos)[:-1]))  # the last one stays, or its number is reused
        self.path(photo).unlink()
        self.index()
        assert self.library.photos.prune().photos == 1
        del self.photos[photo]
        self.named = {key: name for key, name in self.named.items() if key[0] != photo}
        self.forgotten = {key for key in self.forgotten if key[0] != photo}

    @precondition(lambda self: self.keys())
    @rule(data=st.data(), name=st.sampled_from(NAMES))
    def enrol(self, data: st.DataObject, name: str) -> None:
        photo, place = data.draw(st.sampled_from(sorted(self.keys())))
        self.library.people.enrol(name, [self.path(photo)], face=place + 1)
        self.named[photo, place] = name

    @precondition(lambda self: self.named)
    @rule(data=st.data())
    def forget(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(set(self.named.values()))))
        theirs = {self.key_of(face.id) for face, _ in self.library.people.person(name).faces}
        assert theirs >= {key for key, one in self.named.items() if one == name}
        self.library.people.forget(name)
        self.forgotten |= theirs
        self.named = {key: one for key, one in self.named.items() if key not in theirs}

    @precondition(lambda self: self.forgotten)
    @rule(data=st.data())
    def reset(self, data: st.DataObject) -> None:
        photo, _ = data.draw(st.sampled_from(sorted(self.forgotten)))
        theirs = {key for key in self.forgotten if key[0] == photo}
        assert self.library.people.reset(self.path(photo)).faces == len(theirs)
        self.forgotten -= theirs
        self.index()

    @rule()
    def change_network(self) -> None:
        """Change the network: names and face numbers stay, and faces that are new to it are embedded."""
        before = {self.key_of(face_id): face_id for face_id in live_index(self.library).current().ids().tolist()}
        self.library.close()
        self.kinds = (self.kinds[1], self.kinds[0])
        self.open()
        after = {self.key_of(face_id): face_id for face_id in live_index(self.library).current().ids().tolist()}
        assert after == before

    @rule()
    def reopen(self) -> None:
        self.library.close()
        self.open()

    @rule(place=st.integers(0, 10_000))
    def damage(self, place: int) -> None:
        """Flip a bit of the index file of the current or the other network."""
        self.library.close()
        for path in sorted((self.home / "library" / "index").glob("*/*.faiss"))[place % 2 :]:
            raw = bytearray(path.read_bytes())
            raw[place % len(raw)] ^= 1
            path.write_bytes(raw)
        self.open()

    @precondition(lambda self: self.named)
    @rule()
    def name_all(self) -> None:
        """Name all faces, and check the distance of each match."""
        self.library.people.match_all()
        vectors = self.vectors()
        for key, (name, origin) in self.assigned().items():
            if origin == Origin.MATCHED:
                theirs = [vectors[one] for one, other in self.named.items() if other == name]
                squared = min(2 - 2 * float(vectors[key] @ one) for one in theirs)
                assert squared <= self.library.networks.calibration.threshold + EXACT

    def key_of(self, face_id: int) -> Key:
        face = self.library.context.catalog.faces.by_ids([face_id])[face_id]
        (path,) = self.library.context.catalog.files.paths([face.photo_id])[face.photo_id]
        return int(path.stem), int(face.box.left // CELL)

    def assigned(self) -> dict[Key, tuple[str, Origin]]:
        people = {person.id: person.name for person in self.library.people.all()}
        ids = live_index(self.library).current().ids().tolist()
        faces = self.library.context.catalog.faces.by_ids(ids)
        return {
            self.key_of(face_id): (people[face.person_id], face.origin)
            for face_id, face in faces.items()
            if face.person_id is not None and face.origin is not None
        }

    def vectors(self) -> dict[Key, NDArray[np.float32]]:
        """Return each face's embedding by the current network, computed from its colour."""
        embed = warmth if self.kinds[0] is WarmLibrary else unit_rows
        return {key: embed(np.array([self.photos[key[0]][key[1]]], np.float32))[0] for key in self.keys()}

    @invariant()
    def names_are_those_that_were_given(self) -> None:
        confirmed = {key: name for key, (name, origin) in self.assigned().items() if origin == Origin.CONFIRMED}
        assert confirmed == self.named

    @invariant()
    def every_face_is_found_at_its_distance_and_nobody_who_is_forgotten(self) -> None:
        """Search for every colour and compare with exact search over the colours of the photos."""
        vectors = self.vectors()
        squares: defaultdict[Key, list[float]] = defaultdict(list)
        index = live_index(self.library).current()
        keys = {face_id: self.key_of(face_id) for face_id in index.ids().tolist()}
        assert set(keys.values()) == set(vectors)
        embed = warmth if self.kinds[0] is WarmLibrary else unit_rows
        probes = embed(np.array(COLOURS, np.float32))
        for found in index.search(probes, max(1, len(keys))):
            for near in found:
                squares[keys[near.face_id]].append(near.squared_distance)
        for key, squared in squares.items():
            np.testing.assert_allclose(squared, 2 - 2 * probes @ vectors[key], atol=EXACT)

    @invariant()
    def the_gallery_is_of_the_present_network(self) -> None:
        gallery = self.library.context.catalog.embeddings.gallery(self.library.networks.info.sha256)
        assert {self.key_of(face_id) for face_id in gallery.face_ids.tolist()} == set(self.named)
        for face_id, vector in zip(gallery.face_ids.tolist(), gallery.embeddings, strict=True):
            np.testing.assert_allclose(vector, self.vectors()[self.key_of(face_id)], atol=EXACT)


TestLibraryAgainstDict = LibraryAgainstDict.TestCase
TestLibraryAgainstDict.settings = of_sequences(8, steps=12)
