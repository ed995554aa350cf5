"""A small painted library with two people, the six verbs that faults hit, and what must hold after any fault."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recog.index.files import strays
from tests.faults.program import NEWCOMER, STAYING, VANISHING, act
from tests.faults.tracing import Run
from tests.painted import BLUE, GREEN, RED, WHITE, PaintedLibrary, paint, painted_library

VERBS = ("create", "index", "enrol", "merge", "forget", "cluster")
_ORANGE = (220, 110, 30)

State = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class World:
    """Photos, a library of some of them, and for each verb the state before and after it without any fault.

    secrets: the name and the vector of the person whom `forget` erases.
    """

    home: Path
    secrets: tuple[bytes, ...]
    before: dict[str, State]
    after: dict[str, State]

    def copy(self, verb: str, directory: Path) -> Path:
        """A library on which to run a verb; none at all for `create`."""
        shutil.rmtree(directory, ignore_errors=True)
        if verb != "create":
            shutil.copytree(self.home / "library", directory)
        return directory

    def arguments(self, verb: str, library: Path) -> list[str]:
        """The program's arguments."""
        return [verb, str(library), *map(str, self.folders(verb))]

    def folders(self, verb: str) -> list[Path]:
        """What a verb is about."""
        names = ("new", "newer") if verb in ("create", "index") else ("known",)
        return [self.home / name for name in names]

    def problems(self, verb: str, library: Path, run: Run) -> list[str]:
        """What does not hold of a library after a fault, empty where all does. Runs the verb again to its end."""
        found = []
        with painted_library(library) as opened:
            exists = opened._exists()
            if exists:
                found += self._promises(verb, opened, run)
            elif run.acknowledged:
                found.append(f"there is no library, but it acknowledged {run.acknowledged}")
            if not exists or state(opened) != self.after[verb]:
                act_again(opened, verb, self.folders(verb))
            opened.index(self.folders(verb))  # any writing run tidies up, and a second look brings nothing back
        with painted_library(library) as opened:
            if state(opened) != self.after[verb]:
                found.append(f"after running it again the library is not that of an undisturbed run: {state(opened)}")
            found += [f"check finds {one.sentence}" for one in opened.check().findings]
            found += [f"{path} is left" for path in strays(library / "index")]
            found += [f"{path} is left" for path in library.glob(".*")]
        return found

    def _promises(self, verb: str, library: PaintedLibrary, run: Run) -> list[str]:
        """Straight after opening again."""
        found = [f"the database says {problem}" for problem in library.catalog.quick_check()]
        now = state(library)
        if verb in ("create", "index"):
            kept = {name for name, *_ in now[0]}  # type: ignore[attr-defined]
            for folder in run.acknowledged:
                lost = {path.name for path in (self.home / folder).iterdir()} - kept
                found += [f"{name} was acknowledged and is lost" for name in lost]
            known = set(self.after[verb][0])  # type: ignore[call-overload]
            found += [f"{face} should not be there" for face in now[0] if face not in known]  # type: ignore[attr-defined]
        elif verb == "enrol":
            if run.acknowledged and now != self.after[verb]:
                found.append("an acknowledged enrolment is lost")
        elif now not in (self.before[verb], self.after[verb]):
            found.append(f"{verb} is half done: {now}")
        elif run.acknowledged and now != self.after[verb]:
            found.append(f"an acknowledged {verb} is lost")
        ids = [row for rows in library.catalog.embeddings(library.networks.info.sha256) for row in rows.face_ids]
        if sorted(ids) != library.fresh_index.current().ids().tolist():
            found.append("the index does not hold what the catalog holds")
        if verb == "forget" and now == self.after[verb]:
            found += self.left_of_the_forgotten(library.settings.library)
        return found

    def left_of_the_forgotten(self, library: Path) -> list[str]:
        """Files that hold the name or the vector of the person who is to be forgotten."""
        files = [path for path in library.rglob("*") if path.is_file()]
        return [f"{path} holds {secret!r}" for path in files for secret in self.secrets if secret in path.read_bytes()]


def act_again(library: PaintedLibrary, verb: str, folders: Sequence[Path]) -> None:
    """The user runs the same command again; a person that is there already is no obstacle."""
    match verb:
        case "create" | "index":
            library.index(folders)
        case "enrol":
            library.enrol(NEWCOMER, [folders[0] / "blue.png"])
        case "merge":
            library.merge(VANISHING, STAYING)
        case "forget":
            library.forget(VANISHING)
        case _:
            library.cluster(threshold=0.5)


def state(library: PaintedLibrary) -> State:
    """All that a library knows, without ids: faces with their photo, place, vector and name; people; clusters."""
    catalog = library.catalog
    network = library.networks.info.sha256
    names = {person.id: person.name for person in catalog.people(hidden=True)}
    known = []
    for rows in catalog.embeddings(network):
        faces = catalog.faces(rows.face_ids.tolist())
        for face_id, vector in zip(rows.face_ids.tolist(), rows.embeddings, strict=True):
            face = faces[face_id]
            person = None if face.person_id is None else names[face.person_id]
            paths = catalog.paths([face.photo_id])[face.photo_id]
            what = (face.box.left, face.box.top, vector.tobytes(), person, str(face.origin))
            known += [(path.name, *what) for path in paths]
    sizes = sorted(len(cluster.face_ids) for cluster in catalog.clusters(network))
    return tuple(sorted(known, key=repr)), tuple(sorted(names.values())), tuple(sizes)


def make_world(home: Path) -> World:
    """Paint the photos, fill the library, and let each verb run once undisturbed."""
    paint(home / "known" / "orange.png", _ORANGE, noise=1)
    paint(home / "known" / "green.png", GREEN, noise=2)
    paint(home / "known" / "blue.png", BLUE, BLUE, noise=3)
    paint(home / "known" / "blue.png", BLUE, noise=3)
    paint(home / "new" / "a.png", RED, WHITE, noise=4)
    paint(home / "new" / "b.png", GREEN, noise=5)
    paint(home / "newer" / "c.png", RED, noise=6)
    with painted_library(home / "library") as library:
        library.index([home / "known"])
        library.enrol(VANISHING, [home / "known" / "orange.png"])
        library.enrol(STAYING, [home / "known" / "green.png"])
        (face_id,) = [face.id for face, _ in library.person(VANISHING).faces]
        _, vectors = library.catalog.embeddings_of(np.array([face_id]), library.networks.info.sha256)
    world = World(home, (VANISHING.encode(), vectors.tobytes()), {}, {})
    for verb in VERBS:
        directory = world.copy(verb, home / "undisturbed")
        with painted_library(directory) as library:
            if verb != "create":
                world.before[verb] = state(library)
            act(library, verb, world.folders(verb))
            world.after[verb] = state(library)
    shutil.rmtree(home / "undisturbed")
    return world
