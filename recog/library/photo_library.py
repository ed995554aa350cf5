"""The library: every use case on one folder of state."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Literal, Self

from recog.config import Settings, read_settings
from recog.errors import CatalogError, NoLibraryError
from recog.index.files import discard
from recog.library import answers, backups, clusters, duplicates, face_map, people, people_report, tuning, upkeep
from recog.library.act_results import (
    Confirmation,
    DistinctPeople,
    Enrolment,
    FaceReasons,
    History,
    IgnoredFaces,
    SplitPerson,
)
from recog.library.backup_results import Backup, Restored
from recog.library.browsing import BrowsingVerbs
from recog.library.exchange import exporting, importing
from recog.library.exchange.records import NamesExport, NamesImport
from recog.library.find import FindVerbs
from recog.library.freshness import FreshIndex
from recog.library.gallery import PersonGallery
from recog.library.given import AnyPath, AnyPhoto, path_of, paths_of, photo_of, several
from recog.library.identify_results import IdentifiedPhoto
from recog.library.ingest import ingest, plan
from recog.library.map_results import FaceMap
from recog.library.networks import Networks
from recog.library.people_report_results import PeopleReport
from recog.library.prune import PruneVerbs
from recog.library.readmitting import ReadmittingVerbs
from recog.library.results import (
    CheckReport,
    ClusterReport,
    DuplicateReport,
    Forgotten,
    IndexStatus,
    IngestProgress,
    IngestReport,
    LibraryStatus,
    MatchReport,
    PersonDetail,
    SearchResult,
    VerifiedPair,
)
from recog.library.styling_verbs import StylingVerbs
from recog.library.survey import refuse_absent
from recog.library.tuning import IndexTuning
from recog.library.turns import in_turns
from recog.photos import DecodeLimits
from recog.store.catalog import Catalog
from recog.store.engine import open_catalog
from recog.store.lock import WriterLock
from recog.store.records import PastAct, PendingErasure
from recog.types import Person
from recog.verification.features import Method
from recog.weights.pull import Progress


@in_turns
class PhotoLibrary(StylingVerbs, PruneVerbs, FindVerbs, ReadmittingVerbs, BrowsingVerbs):
    """Photos indexed by face, in one directory of state; a context manager.

    Opening costs nothing: catalog, networks and index open when first needed. The catalog is made by the first call
    that writes; a call that only reads says so where there is none. Every call may raise RecogError.

    Threads may share one: calls take turns, and while one indexes the others wait; to ask meanwhile, open another.
    """

    def __init__(self, settings: Settings, *, weights_progress: Progress | None = None) -> None:
        self._turn = RLock()
        self.settings = settings
        self.networks = Networks(settings, progress=weights_progress)
        self._catalog: Catalog | None = None

    @classmethod
    def open(cls, settings: Settings | None = None) -> Self:
        """The library that the settings name; by default those of the environment and the settings file."""
        return cls(settings if settings is not None else read_settings())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the catalog."""
        if self._catalog is not None:
            self._catalog.close()
            self._catalog = None

    @property
    def catalog(self) -> Catalog:
        """The catalog, which must exist."""
        if self._catalog is None:
            self._catalog = open_catalog(self.settings.database_url, create=False)
        return self._catalog

    @property
    def pending_erasure(self) -> PendingErasure | None:
        """Why bytes of forgotten people may still be in the open catalog's file; None where that is not so."""
        return None if self._catalog is None else self._catalog.pending_erasure

    @cached_property
    def fresh_index(self) -> FreshIndex:
        """The vector index, kept in step with the catalog."""
        return FreshIndex(
            self.catalog, self.settings.library / "index", self.networks.info, device=self.networks.device
        )

    @cached_property
    def gallery(self) -> PersonGallery:
        """The confirmed faces, which probes are identified against."""
        return PersonGallery(self.catalog, self.networks, self.fresh_index.current, k=self.settings.k)

    def _exists(self) -> bool:
        try:
            return self.catalog is not None
        except CatalogError as error:  # of what is there and cannot be opened, whoever opens it hears why
            return not isinstance(error, NoLibraryError)

    @contextmanager
    def _writing(self, *, create: bool = False) -> Iterator[Catalog]:
        """Hold the writer's lock; the second writer gets LibraryBusyError."""
        if not create:
            self.catalog  # noqa: B018 - says that there is no library before a directory is made for its lock
        if self._catalog is not None:
            self._catalog.refuse_read_only()
        with WriterLock(self.settings.library):
            if self._catalog is None:
                self._catalog = open_catalog(self.settings.database_url, create=True)
            yield self._catalog

    def index(
        self,
        folders: AnyPath | Sequence[AnyPath],
        *,
        exclude: Sequence[str] = (),
        verify: bool = False,
        dry_run: bool = False,
        progress: Callable[[IngestProgress], None] | None = None,
    ) -> IngestReport:
        """Find the photos below folders, and the faces in them; unchanged files are not opened, but with `verify`.

        verify finds what was changed without a change of size and time.
        A photo that cannot be read is reported and stops nothing. Interrupt at any time and run again.
        """
        roots = paths_of(folders)
        if dry_run:
            catalog = self.catalog if self._exists() else None
            return plan(catalog, self.networks, roots, exclude=exclude, verify=verify)
        if not self._exists():
            refuse_absent(roots)
        with self._writing(create=True) as catalog:
            limits = DecodeLimits(self.settings.decode_seconds, self.settings.decode_memory)
            report = ingest(
                catalog, self.networks, roots, exclude=exclude, verify=verify, limits=limits, progress=progress
            )
            self.fresh_index.publish()
        return report

    def enrol(self, name: str, photos: AnyPath | Sequence[AnyPath], *, face: int | None = None) -> Enrolment:
        """Confirm that photos show a person, and name the faces near theirs (see `pulls_in`).

        `face` counts from the left, from 1, where a photo shows several.
        """
        portraits = people.read_portraits(self.networks, paths_of(photos), face=face)
        with self._writing(create=True) as catalog:
            return people.enrol(catalog, self.networks, name, portraits, k=self.settings.k)

    def identify(self, photo: AnyPhoto) -> IdentifiedPhoto:
        """Name every face of a photo, or call it unknown. A photo is a path, the bytes of its file, or upright RGB."""
        return answers.identify(self.catalog, self.networks, self.gallery, photo_of(photo))

    def identify_all(self) -> MatchReport:
        """Name the library's unconfirmed faces by distance; earlier such names are replaced."""
        with self._writing() as catalog:
            return answers.identify_all(catalog, self.networks, self.gallery)

    def verify(
        self,
        left: AnyPhoto,
        right: AnyPhoto,
        *,
        face: int | None = None,
        other_face: int | None = None,
        method: Method = Method.DISTANCE,
    ) -> VerifiedPair:
        """Are two faces one person? right is a photo where a file of that name exists, else a person's name."""
        if not isinstance(right, str) or Path(right).is_file():
            return answers.verify_photos(
                self.networks, photo_of(left), photo_of(right), face=face, other_face=other_face, method=method
            )
        try:
            return answers.verify_person(self.catalog, self.networks, photo_of(left), right, face=face, method=method)
        except CatalogError as error:
            raise type(error)(f"{right!r} is no photo file here, and as a name: {error}") from error

    def search(self, photo: AnyPhoto, *, k: int = 20) -> SearchResult:
        """The k nearest faces of the library for every face of a photo."""
        return answers.search(self.catalog, self.networks, self.fresh_index, photo_of(photo), k=k)

    def people(self, *, hidden: bool = False) -> tuple[Person, ...]:
        """Everybody with a name, by name; hidden people only where asked for."""
        return tuple(self.catalog.people(hidden=hidden))

    def person(self, name: str) -> PersonDetail:
        """A person with all faces."""
        return people.detail(self.catalog, name)

    @property
    def pulls_in(self) -> bool:
        """Whether what is said of some faces names the others that are near at once; else `identify_all` does.

        So in a library of at most 20,000 faces: there it takes about a second.
        """
        return self.catalog.embedding_mark(self.networks.info.sha256).count <= answers.PULLED_IN

    @contextmanager
    def _saying(self) -> Iterator[Catalog]:
        """Write what a human says; then the names by distance follow from it."""
        with self._writing() as catalog:
            yield catalog
            answers.pull_in(catalog, self.networks, k=self.settings.k)

    def confirm(
        self, name: str, face_ids: Sequence[int] = (), *, cluster: int | None = None, new: bool = False
    ) -> Confirmation:
        """Confirm that faces of the library, or the unnamed ones of a remembered cluster, are a person.

        Nobody of that name is an UnknownPersonError, or a new person with `new`. A face that was rejected or ignored
        is so no more; of a cluster, faces that were said not to be the person are left out.
        """
        with self._saying() as catalog:
            done = people.confirm(catalog, self.networks, name, face_ids, cluster=cluster, new=new)
        return replace(done, person=self.catalog.person_by_id(done.person.id))

    def reject(self, name: str, face_ids: Sequence[int]) -> Person:
        """Say that faces are not this person: no job gives them the name again."""
        with self._saying() as catalog:
            person = catalog.person(name)
            catalog.reject(face_ids, person.id)
        return self.catalog.person_by_id(person.id)

    def distinct(self, name: str, other: str) -> DistinctPeople:
        """Say that two people are not one: no report calls them so again."""
        with self._writing() as catalog:
            people_named = catalog.person(name), catalog.person(other)
            catalog.set_distinct(people_named[0].id, people_named[1].id)
            return DistinctPeople(*people_named)

    def ignore(self, face_ids: Sequence[int], *, ignored: bool = True) -> IgnoredFaces:
        """Care for faces no more: they are named, grouped and reported by no job. Or, not `ignored`, again."""
        with self._saying() as catalog:
            (catalog.ignore if ignored else catalog.unignore)(face_ids)
            return IgnoredFaces(tuple(dict.fromkeys(face_ids)), ignored, len(catalog.ignored()))

    def split(self, name: str, *, threshold: float | None = None) -> SplitPerson:
        """Take apart a name that several people bear: the main cluster of its faces keeps it."""
        with self._saying() as catalog:
            return people.split(catalog, self.networks, name, threshold=threshold)

    def undo(self) -> PastAct:
        """Take back the latest act on people or faces that stands; again, the one before."""
        with self._saying() as catalog:
            return catalog.undo()

    def history(self, *, limit: int | None = None) -> History:
        """What was done to people and faces, the latest act first."""
        return History(tuple(self.catalog.history(limit=limit)))

    def why(self, face_id: int) -> FaceReasons:
        """Why a face of the library has its name, or none."""
        return answers.why(self.catalog, self.networks, self.gallery, face_id)

    def rename(self, old: str, new: str) -> Person:
        """Give a person another name."""
        with self._writing() as catalog:
            return catalog.rename(catalog.person(old).id, new)

    def merge(self, source: str, target: str) -> Person:
        """Two names, one person: all faces of source become target's."""
        with self._writing() as catalog:
            return catalog.merge(catalog.person(source).id, catalog.person(target).id)

    def hide(self, name: str, *, hidden: bool = True) -> Person:
        """Leave a person out of lists and reports (still identified), or bring the person back."""
        with self._writing() as catalog:
            return catalog.set_hidden(catalog.person(name).id, hidden=hidden)

    def forget(self, name: str) -> Forgotten:
        """Erase a person: name, faces, embeddings, thumbnails, style jobs, and their traces in the index.

        Photos, and pictures styled from them, stay; the answer names the latter.
        """
        with self._writing() as catalog:
            person = catalog.person(name)
            discard(self.settings.library / "index")  # first: killed from here on, no file holds the person's vectors
            erased = catalog.forget(person.id)
            self.fresh_index.publish()
            styled = tuple(path for path in erased.styled if path.exists())
            return Forgotten(erased.name, len(erased.face_ids), erased.complete, styled)

    def export_names(self, path: AnyPath, *, matched: bool = False) -> NamesExport:
        """Write everybody's confirmed faces to a .json or .csv file; JSON holds rejected and ignored faces too.

        matched: those named by distance as well.
        """
        return exporting.export_names(self.catalog, path_of(path), matched=matched)

    def export_sidecars(self, directory: AnyPath, *, matched: bool = False) -> NamesExport:
        """Write an XMP sidecar a photo below a directory; the photos' own folders are not touched."""
        return exporting.export_sidecars(self.catalog, path_of(directory), matched=matched)

    def import_names(self, path: AnyPath, *, replace: bool = False) -> NamesImport:
        """Confirm the names of a file that `export_names` wrote, reject and ignore what it does (see `pulls_in`)."""
        with self._saying() as catalog:
            return importing.import_names(catalog, Path(path), replace=replace)

    def import_sidecars(self, paths: AnyPath | Sequence[AnyPath], *, replace: bool = False) -> NamesImport:
        """Confirm the names of XMP sidecars, or of all below folders."""
        with self._saying() as catalog:
            return importing.import_sidecars(catalog, several(paths), replace=replace)

    def cluster(
        self,
        *,
        method: Literal["identity", "kmeans"] = "identity",
        k: int | None = None,
        threshold: float | None = None,
        seed: int = 0,
        full: bool = False,
    ) -> ClusterReport:
        """Group the library's faces: identity clusters, or k-means cells.

        Identity clusters are remembered by number: those of an earlier call with the same threshold stay, and faces
        that came since join them. `full` groups all faces anew; what humans said holds all the same.
        """
        with self._writing() as catalog:
            return clusters.cluster(
                catalog, self.networks, method=method, k=k, threshold=threshold, seed=seed, full=full
            )

    def duplicates(self) -> DuplicateReport:
        """People and clusters that are probably one person twice; nothing is written."""
        return duplicates.duplicates(self.catalog, self.networks)

    def people_report(self) -> PeopleReport:
        """Groups without a name, people, and lone faces, with the commands that name them; nothing is written."""
        return people_report.people_report(self.catalog, self.networks)

    def face_map(self, name: str | None = None, *, seed: int = 0) -> FaceMap:
        """The library's faces, or one person's, on a plane with similar ones together."""
        return face_map.face_map(self.catalog, self.networks, name=name, seed=seed)

    def status(self) -> LibraryStatus:
        """How the library is."""
        return upkeep.status(self.catalog, self.networks, self.fresh_index, self.settings)

    def tune_index(self) -> IndexTuning:
        """Recall against time of the index on the library's own faces, and what is chosen; nothing is written."""
        return tuning.tune(self.fresh_index.current())

    def check(self, *, fix: bool = False) -> CheckReport:
        """What is wrong with the library; fix mends what can be mended."""
        if not fix:
            return upkeep.check(self.catalog, self.networks, self.fresh_index, fix=False)
        with self._writing() as catalog:
            return upkeep.check(catalog, self.networks, self.fresh_index, fix=True)

    def backup(self, target: AnyPath) -> Backup:
        """Copy the whole catalog, as of this moment, to a new file or into a folder; others may write meanwhile."""
        return backups.back_up(self.catalog, path_of(target))

    def restore(self, backup: AnyPath) -> Restored:
        """Put a backup in the catalog's place; what was there is kept beside it. People forgotten since are back."""
        with WriterLock(self.settings.library):
            self.close()
            self.__dict__.pop("fresh_index", None)  # it belongs to the catalog that was
            restored = backups.restore(self.settings, path_of(backup))
            self.fresh_index.publish()
            return restored

    def rebuild_index(self) -> IndexStatus:
        """Build the vector index anew from the catalog."""
        with self._writing():
            self.fresh_index.rebuild()
            return self.fresh_index.status()
