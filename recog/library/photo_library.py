"""The library: every use case on one folder of state."""

from collections.abc import Callable, Sequence
from pathlib import Path

from recog.errors import CatalogError
from recog.library import (
    answers,
    backups,
    clusters,
    duplicates,
    face_map,
    naming,
    people_report,
    tuning,
    upkeep,
)
from recog.library.backup_results import Backup, Restored
from recog.library.browsing import BrowsingVerbs
from recog.library.exchange import beside, exporting, importing, sidecars
from recog.library.exchange.records import NamesExport, NamesImport
from recog.library.find import FindVerbs
from recog.library.given import AnyPath, AnyPhoto, path_of, paths_of, photo_of, several
from recog.library.identify_results import IdentifiedPhoto
from recog.library.ingest import ingest, plan
from recog.library.map_results import FaceMap
from recog.library.people_report_results import PeopleReport
from recog.library.prune import PruneVerbs
from recog.library.readmitting import ReadmittingVerbs
from recog.library.results import (
    CheckReport,
    ClusterReport,
    DuplicateReport,
    IndexStatus,
    IngestProgress,
    IngestReport,
    LibraryStatus,
    MatchReport,
    SearchResult,
    VerifiedPair,
)
from recog.library.styling_verbs import StylingVerbs
from recog.library.survey import refuse_absent
from recog.library.tuning import IndexTuning
from recog.library.turns import in_turns
from recog.photos import DecodeLimits, DecodePool
from recog.store.lock import WriterLock
from recog.verification.features import Method


@in_turns
class PhotoLibrary(BrowsingVerbs, ReadmittingVerbs, FindVerbs, PruneVerbs, StylingVerbs):
    """Photos indexed by face, in one directory of state; a context manager.

    Opening costs nothing: catalog, networks and index open when first needed. The catalog is made by the first call
    that writes; a call that only reads says so where there is none. Every call may raise RecogError.

    Threads may share one: calls take turns, and while one indexes the others wait; to ask meanwhile, open another.
    """

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

        verify finds what was changed without a change of size and time. A photo that cannot be read is reported and
        stops nothing. New faces are named by distance (see `pulls_in`). Interrupt at any time and run again.
        """
        roots = paths_of(folders)
        if dry_run:
            catalog = self.catalog if self._exists() else None
            return plan(catalog, self.networks, roots, exclude=exclude, verify=verify)
        if not self._exists():
            refuse_absent(roots)
        with self._writing(create=True) as catalog:
            report = ingest(
                catalog,
                self.networks,
                roots,
                exclude=exclude,
                verify=verify,
                limits=self._decode_limits,
                k=self.settings.k,
                progress=progress,
            )
            self.fresh_index.publish()
        return report

    def identify(self, photo: AnyPhoto) -> IdentifiedPhoto:
        """Name every face of a photo, or call it unknown. A photo is a path, the bytes of its file, or upright RGB."""
        return answers.identify(self.catalog, self.networks, self.gallery, photo_of(photo))

    def identify_all(self) -> MatchReport:
        """Name the library's unconfirmed faces by distance; earlier such names are replaced."""
        with self._writing() as catalog:
            return naming.identify_all(catalog, self.networks, self.gallery)

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

    def export_names(self, path: AnyPath, *, matched: bool = False) -> NamesExport:
        """Write everybody's confirmed faces to a .json or .csv file; JSON holds rejected and ignored faces too.

        matched: those named by distance as well.
        """
        return exporting.export_names(self.catalog, path_of(path), matched=matched)

    def export_sidecars(self, directory: AnyPath, *, matched: bool = False) -> NamesExport:
        """Write an XMP sidecar a photo below a directory; the photos' own folders are not touched."""
        with DecodePool(self._decode_limits) as decoders:
            return exporting.export_sidecars(self.catalog, decoders, path_of(directory), matched=matched)

    def export_beside(self, *, matched: bool = False) -> NamesExport:
        """Write names into the XMP sidecar beside each photo; of a sidecar that is there, all else stays as it is."""
        with DecodePool(self._decode_limits) as decoders:
            return beside.export_beside(self.catalog, decoders, matched=matched)

    def import_names(self, path: AnyPath, *, replace: bool = False, near: bool = False) -> NamesImport:
        """Confirm the names of a file that `export_names` wrote, reject and ignore what it does (see `pulls_in`)."""
        with self._saying() as catalog:
            return importing.import_names(catalog, Path(path), replace=replace, near=near)

    def import_sidecars(
        self, paths: AnyPath | Sequence[AnyPath], *, replace: bool = False, near: bool = False
    ) -> NamesImport:
        """Confirm the names in XMP sidecars and in photos, or in all below folders."""
        self.catalog  # noqa: B018 - says that there is no library before photos are read
        with DecodePool(self._decode_limits) as decoders:
            names = sidecars.find_names(several(paths), decoders)
            with self._saying() as catalog:
                return sidecars.import_sidecars(catalog, names, decoders, replace=replace, near=near)

    @property
    def _decode_limits(self) -> DecodeLimits:
        return DecodeLimits(self.settings.decode_seconds, self.settings.decode_memory)

    def cluster(
        self,
        *,
        method: str = "identity",
        k: int | None = None,
        threshold: float | None = None,
        seed: int = 0,
        full: bool = False,
    ) -> ClusterReport:
        """Group the library's faces: identity clusters, or those of a method in recog.cluster.registry.

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
            restored = backups.restore(self.settings, path_of(backup))
            self.fresh_index.publish()
            return restored

    def rebuild_index(self) -> IndexStatus:
        """Build the vector index anew from the catalog."""
        with self._writing():
            self.fresh_index.rebuild()
            return self.fresh_index.status()
