"""The library: every use case on one folder of state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from recog.errors import CatalogError
from recog.library.context import LibraryContext
from recog.library.networks import Networks

if TYPE_CHECKING:  # each use case is imported when it is first used
    from recog.config import Settings
    from recog.library.accounts.verbs import Accounts
    from recog.library.albums.verbs import Albums
    from recog.library.browsing.faces import Faces
    from recog.library.browsing.photos import Photos
    from recog.library.exchange.verbs import Names
    from recog.library.explaining.verbs import Explaining
    from recog.library.grouping.verbs import Groups
    from recog.library.indexing.results import IngestProgress, IngestReport
    from recog.library.indexing.roots import Roots
    from recog.library.inputs import AnyPath, AnyPhoto
    from recog.library.liveness.verbs import Liveness
    from recog.library.maintenance.results import LibraryStatus
    from recog.library.maintenance.verbs import Maintenance
    from recog.library.people.verbs import People
    from recog.library.recognition.results import IdentifiedPhoto, SearchResult, VerifiedPair
    from recog.library.replica import Answering
    from recog.library.reports.verbs import Reports
    from recog.library.sharing.verbs import Sharing
    from recog.library.styling.verbs import Styles
    from recog.library.work.queue import Queue
    from recog.store.catalog import Catalog
    from recog.verification.features import Method
    from recog.weights.pull import Progress


class PhotoLibrary:
    """Photos indexed by face, in one directory of state; a context manager.

    Opening costs nothing: catalog, networks and index open when first needed. The catalog is made by the first call
    that writes; a call that only reads raises NoLibraryError if there is none. Every call may raise RecogError.

    The verbs of a use case are methods of its attribute: `people`, `photos`, `roots`, `queue`, `faces`, `groups`,
    `reports`, `names`, `styles`, `explaining`, `liveness`, `accounts`, `albums`, `sharing`, `maintenance`.

    Threads may share one: questions are answered while another thread indexes, and those that write take turns.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        weights_progress: Progress | None = None,
        networks: Networks | None = None,
        catalog: Catalog | None = None,
        context: LibraryContext | None = None,
    ) -> None:
        """networks, catalog: other ones than those that the settings name; or context, which has all three."""
        self._context = context or LibraryContext(
            settings, networks or Networks(settings, progress=weights_progress), catalog=catalog
        )

    @classmethod
    def open(cls, settings: Settings | None = None) -> Self:
        """Return the library that the settings name; by default those of the environment and the settings file."""
        from recog.config import read_settings

        return cls(settings if settings is not None else read_settings())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the catalog and drop what was read from it; the next question opens it again."""
        self._context.close()

    @property
    def context(self) -> LibraryContext:
        """The state that all use cases share."""
        return self._context

    def index(
        self,
        folders: AnyPath | Sequence[AnyPath],
        *,
        exclude: Sequence[str] = (),
        verify: bool = False,
        dry_run: bool = False,
        progress: Callable[[IngestProgress], None] | None = None,
    ) -> IngestReport:
        """Find the photos below folders, and the faces in them; unchanged files are opened only with `verify`.

        verify finds files that changed without a change of size and time. A photo that cannot be read is reported and
        stops nothing. New faces are named by distance (see `people.matched_at_once`). The run may be interrupted at any
        time and run again; `progress` ends it if it raises RunStopped (see recog.library.indexing.results). Other
        threads may ask and write meanwhile; a second run waits for this one.
        """
        from recog.library.indexing.ingest import ingest, plan
        from recog.library.indexing.survey import refuse_absent
        from recog.library.inputs import paths_of

        roots = paths_of(folders)
        if dry_run:
            catalog = self._context.catalog if self._context.exists() else None
            return plan(catalog, self._context.networks, roots, exclude=exclude, verify=verify)
        if not self._context.exists():
            refuse_absent(roots)
        return ingest(self._context, roots, exclude=exclude, verify=verify, progress=progress)

    def identify(self, photo: AnyPhoto) -> IdentifiedPhoto:
        """Name every face of a photo, or call it unknown. A photo is a path, the bytes of its file, or upright RGB."""
        from recog.library.inputs import photo_of
        from recog.library.recognition import queries

        given, networks = photo_of(photo), self._context.networks
        return self._context.answered(lambda source: queries.identify(source.catalog, networks, source.gallery, given))

    def verify(
        self,
        left: AnyPhoto,
        right: AnyPhoto,
        *,
        face: int | None = None,
        other_face: int | None = None,
        method: Method | None = None,
    ) -> VerifiedPair:
        """Are two faces one person? Decided by distance, unless another method is given.

        right is a photo if there is a file of that name, else a person's name.
        """
        from recog.library.inputs import photo_of
        from recog.library.recognition import queries
        from recog.verification.features import Method

        method = Method.DISTANCE if method is None else method
        if not isinstance(right, str) or Path(right).is_file():
            return queries.verify_photos(
                self._context.networks, photo_of(left), photo_of(right), face=face, other_face=other_face, method=method
            )
        try:
            return queries.verify_person(
                self._context.catalog, self._context.networks, photo_of(left), right, face=face, method=method
            )
        except CatalogError as error:
            error.args = (f"{right!r} is no photo file here, and as a name: {error}",)  # the error keeps its facts
            raise

    def search(
        self,
        photo: AnyPhoto,
        *,
        k: int = 20,
        person: str | None = None,
        folder: AnyPath | None = None,
        since: date | None = None,
        until: date | None = None,
    ) -> SearchResult:
        """Return the k nearest faces of the library for every face of a photo.

        The search may be limited to faces that are named `person`, to photos in a folder, and to those taken from the
        day `since` to the day `until`; a photo without a date of its own is then left out.
        """
        from recog.library.inputs import path_of, photo_of
        from recog.library.recognition import queries
        from recog.library.recognition.limits import among_of

        given, below = photo_of(photo), None if folder is None else path_of(folder)

        def ask(source: Answering) -> SearchResult:
            among = among_of(source.catalog, person=person, folder=below, since=since, until=until)
            return queries.search(source.catalog, self._context.networks, source.vector_index, given, k=k, among=among)

        return self._context.answered(ask)

    def status(self) -> LibraryStatus:
        """Return counts, places and networks of the library."""
        from recog.library.maintenance import upkeep

        return upkeep.status(
            self._context.catalog, self._context.networks, self._context.vector_index, self._context.settings
        )

    @cached_property
    def people(self) -> People:
        """The people of the library: name faces, change or take back what was said, and erase."""
        from recog.library.people.verbs import People

        return People(self._context)

    @cached_property
    def photos(self) -> Photos:
        """The photos of the library, by number."""
        from recog.library.browsing.photos import Photos

        return Photos(self._context)

    @cached_property
    def roots(self) -> Roots:
        """The folders that were indexed, and the machines that have them."""
        from recog.library.indexing.roots import Roots

        return Roots(self._context)

    @cached_property
    def queue(self) -> Queue:
        """The queue of photos to be indexed, which several processes and machines share."""
        from recog.library.work.queue import Queue

        return Queue(self._context)

    @cached_property
    def faces(self) -> Faces:
        """The faces of the library, by number."""
        from recog.library.browsing.faces import Faces

        return Faces(self._context)

    @cached_property
    def groups(self) -> Groups:
        """Groups of faces."""
        from recog.library.grouping.verbs import Groups

        return Groups(self._context)

    @cached_property
    def reports(self) -> Reports:
        """Duplicates, people, and the map of faces."""
        from recog.library.reports.verbs import Reports

        return Reports(self._context)

    @cached_property
    def names(self) -> Names:
        """Export names, and import those of other programs."""
        from recog.library.exchange.verbs import Names

        return Names(self._context)

    @cached_property
    def explaining(self) -> Explaining:
        """What networks learnt, and which parts of a face decide."""
        from recog.library.explaining.verbs import Explaining

        return Explaining(self._context)

    @cached_property
    def styles(self) -> Styles:
        """Paint photos in the manner of style pictures."""
        from recog.library.styling.verbs import Styles

        return Styles(self._context)

    @cached_property
    def accounts(self) -> Accounts:
        """The accounts of the people who use the served library."""
        from recog.library.accounts.verbs import Accounts

        return Accounts(self._context)

    @cached_property
    def liveness(self) -> Liveness:
        """Does the face of a clip live, and who is it if it does?"""
        from recog.library.liveness.verbs import Liveness

        return Liveness(self._context)

    @cached_property
    def albums(self) -> Albums:
        """Albums that follow a query."""
        from recog.library.albums.verbs import Albums

        return Albums(self._context)

    @cached_property
    def sharing(self) -> Sharing:
        """Make pictures for others."""
        from recog.library.sharing.verbs import Sharing

        return Sharing(self._context)

    @cached_property
    def maintenance(self) -> Maintenance:
        """Check, back up, restore, tune and rebuild the library."""
        from recog.library.maintenance.verbs import Maintenance

        return Maintenance(self._context)
