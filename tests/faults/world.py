"""A small painted library with two people, the verbs that faults hit, and the checks after any fault."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recog.errors import CatalogError, WayOut
from recog.index.files import strays
from recog.photos import photo_digest
from recog.store.connection.database import Database
from recog.store.connection.url import parse_url
from recog.store.schema.migrations import migrate, revisions
from recog.store.styling import StyleJob
from recog.types import Origin
from tests.faults.program import GONE, NEWCOMER, STAYING, VANISHING, act
from tests.faults.tracing import ROOT, Run
from tests.held_index import held_faces
from tests.opened_twice import bytes_of
from tests.painted import BLUE, GREEN, RED, WHITE, PaintedLibrary, paint, painted_library
from tests.store.seen import clusters_of

REVISIONS = revisions()
VERBS = (
    *("create", "index", "enrol", "merge", "forget", "erase", "prune", "cluster", "restore"),
    f"migrate-{REVISIONS[3]}",
)
ALL_VERBS = (*VERBS[:-1], *(f"migrate-{revision}" for revision in REVISIONS[:-1]), "style")
"""`style` is separate because it loads torch, which is slow."""
_ORANGE = (220, 110, 30)
_HALF_FORGETTING = """
import os, signal, sys
from pathlib import Path
from recog.config import read_settings
from recog.store.engine import open_catalog
from recog.store.maintenance.old_pages import OldPages
from tests.painted import PaintedLibrary
from tests.held_index import held_faces

class Killed(OldPages):
    def overwrite(self):
        os.kill(os.getpid(), signal.SIGKILL)

settings = read_settings(library=Path(sys.argv[1]))
catalog = open_catalog(settings.catalog_at, create=False)
catalog.old_pages = Killed(None)
with PaintedLibrary(settings, catalog=catalog) as library:
    library.people.forget(sys.argv[2])
"""


@dataclass(frozen=True, slots=True)
class State:
    """The contents of a library without ids.

    faces: name of the photo, place, vector, person and origin of each; people: names; clusters: their sizes;
    pictures: state of each style job, name of its picture, and whether the job's very picture is there.
    """

    faces: tuple[tuple[str, float, float, bytes, str | None, str], ...]
    people: tuple[str, ...]
    clusters: tuple[int, ...]
    pictures: tuple[tuple[str, str, bool], ...]


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
        """Copy the library on which to run a verb; `create` gets none."""
        shutil.rmtree(directory, ignore_errors=True)
        if verb != "create":
            own = self.home / verb
            shutil.copytree(own if own.exists() else self.home / "library", directory)
        return directory

    def arguments(self, verb: str, library: Path) -> list[str]:
        """Return the program's arguments."""
        return [verb, str(library), *map(str, self.folders(verb))]

    def folders(self, verb: str) -> list[Path]:
        """Return the folders that a verb is given."""
        names = {"create": ("new", "newer"), "index": ("new", "newer"), "prune": ("known", "left")}
        return [self.home / name for name in names.get(verb, ("known",))]

    def problems(self, verb: str, library: Path, run: Run) -> list[str]:
        """Return the problems of a library after a fault; runs the verb again to its end."""
        found = []
        with painted_library(library) as opened:
            exists = opened.context.exists()
            if verb == "restore" and exists and (library / "catalog.sqlite3.restoring").exists():
                found += refused_until_restored(opened)
                act_again(opened, verb, self.folders(verb))
            if exists:
                found += self._promises(verb, opened, run)
            elif run.acknowledged:
                found.append(f"there is no library, but it acknowledged {run.acknowledged}")
            if not exists or state(opened) != self.after[verb]:
                act_again(opened, verb, self.folders(verb))
            opened.index(
                self.folders(verb)
            )  # any writing run finishes the erasure, and indexing again brings nothing back
        with painted_library(library) as opened:
            if state(opened) != self.after[verb]:
                found.append(f"after running it again the library is not that of an undisturbed run: {state(opened)}")
            found += [f"check finds {one.sentence}" for one in opened.maintenance.check().findings]
            found += [f"{path} is left" for path in strays(library / "index")]
            found += [f"{path} is left" for path in (*library.glob(".*"), *library.glob("styled/.*"))]
        return found

    def _promises(self, verb: str, library: PaintedLibrary, run: Run) -> list[str]:
        """Return the problems directly after opening it again."""
        found = [f"the database says {problem}" for problem in library.context.catalog.upkeep.quick_check()]
        now = state(library)
        found += self._kept(verb, now, run)
        ids = [
            row
            for rows in library.context.catalog.embeddings.batches(library.networks.info.sha256)
            for row in rows.face_ids
        ]
        if sorted(ids) != held_faces(library):
            found.append("the index does not hold what the catalog holds")
        if verb in ("forget", "erase") and now == self.after[verb]:
            found += self.left_of_the_forgotten(library.context.settings.library)
        return found

    def _kept(self, verb: str, now: State, run: Run) -> list[str]:
        """Return what of a verb is lost, half done or too much."""
        after = self.after[verb]
        match verb:
            case "create" | "index":
                kept = {name for name, *_ in now.faces}
                names = {path.name for folder in run.acknowledged for path in (self.home / folder).iterdir()}
                found = [f"{name} was acknowledged and is lost" for name in names - kept]
                to_name = {(*what, None, str(None)) for *what, _, origin in after.faces if origin == Origin.MATCHED}
                expected = {*after.faces, *to_name}  # faces are stored first, and named once all are
                return found + [f"{face} should not be there" for face in now.faces if face not in expected]
            case "enrol":  # indexes the photo first
                whole = now == after or not run.acknowledged
            case "style":  # a finished job has its picture, other jobs are planned or running
                done = [whole for state, _, whole in now.pictures if state == "done"]
                whole = all(done) and (now == after or not run.acknowledged)
            case _ if verb.startswith("migrate-"):  # names stay, faces that the revision did not know may come later
                whole = now.people == after.people and (now == after or not run.acknowledged)
            case _:
                whole = now == after or (now == self.before[verb] and not run.acknowledged)
        return [] if whole else [f"{verb} is half done, or lost though acknowledged: {now}"]

    def left_of_the_forgotten(self, library: Path) -> list[str]:
        """Return the files that hold the name or the vector of the person to forget."""
        files = [path for path in library.rglob("*") if path.is_file()]
        return [f"{path} holds {secret!r}" for path in files for secret in self.secrets if secret in bytes_of(path)]


def act_again(library: PaintedLibrary, verb: str, folders: Sequence[Path]) -> None:
    """Run the same command again, as a user would; a person who exists already is no obstacle."""
    match verb:
        case "create" | "index":
            library.index(folders)
        case "enrol":
            library.people.enrol(NEWCOMER, [folders[0] / "blue.png"])
        case "merge":
            library.people.merge(VANISHING, STAYING)
        case "forget":
            library.people.forget(VANISHING)
        case "cluster":
            library.groups.cluster(threshold=0.5)
        case _:
            act(library, verb, list(folders))


def refused_until_restored(library: PaintedLibrary) -> list[str]:
    """Check that a catalog whose restore was cut short refuses to open."""
    try:
        library.people.all()
    except CatalogError as error:
        return [] if error.way_out is WayOut.RESTORE_AGAIN else [f"it says {error}"]
    return ["a catalog that was half restored was opened"]


def state(library: PaintedLibrary) -> State:
    """Return the state of a library."""
    catalog = library.context.catalog
    network = library.networks.info.sha256
    names = {person.id: person.name for person in catalog.people.all(hidden=True)}
    known = []
    for rows in catalog.embeddings.batches(network):
        faces = catalog.faces.by_ids(rows.face_ids.tolist())
        for face_id, vector in zip(rows.face_ids.tolist(), rows.embeddings, strict=True):
            face = faces[face_id]
            person = None if face.person_id is None else names[face.person_id]
            paths = catalog.files.paths([face.photo_id])[face.photo_id]
            what = (face.box.left, face.box.top, vector.tobytes(), person, str(face.origin))
            known += [(path.name, *what) for path in paths]
    pictures = [
        (str(job.state), job.what.output_path.name, job.what.output_path.exists() and _digest(job) == job.output_sha256)
        for job in catalog.styles.jobs()
    ]
    return State(
        tuple(sorted(known, key=repr)),
        tuple(sorted(names.values())),
        tuple(sorted(len(cluster.face_ids) for cluster in clusters_of(catalog, network))),
        tuple(sorted(pictures)),
    )


def _digest(job: StyleJob) -> str:
    return photo_digest(job.what.output_path)


def make_world(home: Path, verbs: Sequence[str] = VERBS) -> World:
    """Paint the photos, fill the library, and run each of these verbs once undisturbed."""
    paint(home / "known" / "orange.png", _ORANGE, noise=1)
    paint(home / "known" / "green.png", GREEN, noise=2)
    paint(home / "known" / "blue.png", BLUE, BLUE, noise=3)
    paint(home / "known" / "blue.png", BLUE, noise=3)
    paint(home / "new" / "a.png", RED, WHITE, noise=4)
    paint(home / "new" / "b.png", GREEN, noise=5)
    paint(home / "newer" / "c.png", RED, noise=6)
    with painted_library(home / "library") as library:
        library.index([home / "known"])
        library.maintenance.back_up(home / "backup.sqlite3")
        library.people.enrol(VANISHING, [home / "known" / "orange.png"])
        library.people.enrol(STAYING, [home / "known" / "green.png"])
        (face_id,) = [face.id for face, _ in library.people.person(VANISHING).faces]
        _, vectors = library.context.catalog.embeddings.of_faces(np.array([face_id]), library.networks.info.sha256)
    world = World(home, (VANISHING.encode(), vectors.tobytes()), {}, {})
    for verb in verbs:
        if verb == "erase":
            _forget_by_half(shutil.copytree(home / "library", home / verb))
        if verb == "prune":
            _lose_photos(shutil.copytree(home / "library", home / verb), home / "known", home / "left")
        if verb.startswith("migrate-"):
            _downgrade(shutil.copytree(home / "library", home / verb), verb.removeprefix("migrate-"))
        directory = world.copy(verb, home / "undisturbed")
        with painted_library(directory) as library:
            if verb != "create" and not verb.startswith("migrate-"):
                world.before[verb] = state(library)
            act(library, verb, world.folders(verb))
            world.after[verb] = state(library)
    shutil.rmtree(home / "undisturbed")
    return world


def _forget_by_half(library: Path) -> None:
    """Forget a person, killed before the old pages are overwritten; the database's journal stays beside it."""
    command = [sys.executable, "-c", _HALF_FORGETTING, str(library), VANISHING]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != -signal.SIGKILL:
        raise RuntimeError(f"the process that forgets was not killed: {done.stderr}")


def _lose_photos(library: Path, known: Path, folder: Path) -> None:
    """Index a folder and delete three files: the only photo of a person, one without people, and one with a copy."""
    paint(folder / "stays.png", RED, noise=7)
    paint(folder / "somebody.png", WHITE, GREEN, noise=8)
    paint(folder / "nobody.png", BLUE, noise=9)
    shutil.copy(known / "green.png", folder / "green.png")
    with painted_library(library) as opened:
        opened.index([folder])
        opened.people.enrol(GONE, [folder / "somebody.png"], face=1)
        for name in ("somebody.png", "nobody.png", "green.png"):
            (folder / name).unlink()
        opened.index([folder])


def _downgrade(library: Path, revision: str) -> None:
    """Give a library the schema of an earlier revision, with the rows that it knew."""
    database = Database(parse_url(library / "catalog.sqlite3"), busy_seconds=5.0)
    migrate(database, revision, down=True)
    database.close()
