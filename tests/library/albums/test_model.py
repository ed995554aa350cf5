"""Albums stay right under names, renames, merges, undo and forgetting, in any order."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from recog.library.albums.keeping import keep_up
from recog.library.albums.members import photos_in
from recog.query.conditions import Shows, every
from recog.store.albums import AlbumForm, AlbumOutput
from recog.store.engine import open_catalog
from recog.store.records import ScannedPhoto
from recog.types import FaceBox, FileStat, NetworkInfo, NewFace

NAMES = ("Ann", "Bob", "Cem")
SHOWN = (("Ann",), ("Bob",), ("Cem",), ("Ann", "Bob"), ("Bob", "Cem"), NAMES)
NETWORK = NetworkInfo("model", "c" * 64, 3, 16, 1.4, "nothing", "none", "tests")


class AlbumsFollow(RuleBasedStateMachine):
    """The model: of each album, the people it asks for by the names that they have now.

    past holds the albums and the people before each act that can be undone.
    """

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.home = Path(self.folder.name)
        self.catalog = open_catalog(self.home / "recog.db")
        self.albums: dict[str, list[str]] = {}
        self.people: dict[str, int] = {}
        self.past: list[tuple[dict[str, list[str]], dict[str, int]]] = []
        self.made = 0

    @initialize()
    def photos(self) -> None:
        faces: dict[str, list[int]] = {name: [] for name in NAMES}
        for number, names in enumerate(SHOWN):
            found = [
                NewFace(
                    FaceBox(50.0 * at, 0.0, 50.0 * at + 40.0, 50.0, 0.99, ()), np.eye(3, dtype="f4")[at], 1, b"jpeg"
                )
                for at in range(len(names))
            ]
            stat = FileStat(self.home / "photos" / f"{number}.jpg", 1, 1)
            scan = ScannedPhoto(stat, f"{number:064x}", 400, 100, None, found)
            (saved,) = self.catalog.photos.save([scan], detector="d" * 64, network=NETWORK)
            for name, face_id in zip(names, saved.face_ids, strict=True):
                faces[name].append(face_id)
        self.people = {name: self.catalog.acts.enrol(name, faces[name])[0].id for name in NAMES}

    def teardown(self) -> None:
        self.catalog.close()
        self.folder.cleanup()

    def drawn(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.people)))

    def replace(self, old: str, new: str) -> None:
        self.past.append((self.albums, dict(self.people)))
        self.albums = {name: [new if one == old else one for one in who] for name, who in self.albums.items()}

    @precondition(lambda self: len(self.people) > 0)
    @rule(data=st.data())
    def add(self, data: st.DataObject) -> None:
        who = data.draw(st.lists(st.sampled_from(sorted(self.people)), min_size=1, max_size=2, unique=True))
        self.made += 1
        name = f"album {self.made}"
        output = AlbumOutput(AlbumForm.LINKS, self.home / "links" / name)
        wanted = every(Shows(self.people[one]) for one in who)
        self.catalog.albums.add(name, wanted, confirmed=False, outputs=[output])
        self.albums = {**self.albums, name: who}
        self.past.clear()  # the model would have to know what the new album's people were called before

    @precondition(lambda self: len(self.people) > 0)
    @rule(data=st.data(), number=st.integers(0, 5))
    def rename(self, data: st.DataObject, number: int) -> None:
        old, new = self.drawn(data), f"person {number}"
        if new not in self.people:
            self.catalog.acts.rename(self.people[old], new)
            self.replace(old, new)
            self.people[new] = self.people.pop(old)

    @precondition(lambda self: len(self.people) > 1)
    @rule(data=st.data())
    def merge(self, data: st.DataObject) -> None:
        source, target = data.draw(st.permutations(sorted(self.people)))[:2]
        self.catalog.acts.merge(self.people[source], self.people[target])
        self.replace(source, target)
        del self.people[source]

    @precondition(lambda self: len(self.past) > 0)
    @rule()
    def undo(self) -> None:
        self.catalog.acts.undo()
        self.albums, self.people = self.past.pop()

    @rule()
    def keep_up(self) -> None:
        """What an index run does; possible also when nobody is left."""
        assert keep_up(self.catalog).outdated == ()

    @precondition(lambda self: len(self.people) > 0)
    @rule(data=st.data())
    def forget(self, data: st.DataObject) -> None:
        name = self.drawn(data)
        self.catalog.erasure.forget(self.people.pop(name))
        self.albums = {one: who for one, who in self.albums.items() if name not in who}
        self.past.clear()

    @invariant()
    def albums_hold_what_shows_their_people_of_today(self) -> None:
        albums = {one.name: one for one in self.catalog.albums.all()}
        assert set(albums) == set(self.albums)
        assert keep_up(self.catalog).outdated == ()
        for name, who in self.albums.items():
            shown = self.catalog.photos.of_people({self.people[one] for one in who})
            found = {one.paths[0] for one in shown}
            assert {one.paths[0] for one in photos_in(self.catalog, albums[name])} == found
            links = self.home / "links" / name
            assert {one.readlink() for one in links.iterdir() if one.is_symlink()} == found


TestAlbumsFollow = AlbumsFollow.TestCase
TestAlbumsFollow.settings = settings(max_examples=15, stateful_step_count=15, deadline=None, derandomize=True)
