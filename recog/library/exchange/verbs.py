"""Export the names of a library, and import those of other programs."""

from collections.abc import Sequence
from pathlib import Path

from recog.library.context import LibraryContext
from recog.library.exchange import beside, exporting, importing, sidecars
from recog.library.exchange.drawing import Drawer
from recog.library.exchange.records import NamesExport, NamesImport
from recog.library.inputs import AnyPath, path_of, several
from recog.library.recognition.matching import match_now
from recog.photos import DecodePool


class Names:
    """Export the names of a library, and import those of other programs."""

    def __init__(self, context: LibraryContext) -> None:
        self._context = context

    def export(self, path: AnyPath, *, matched: bool = False) -> NamesExport:
        """Write all confirmed faces to a .json or .csv file; JSON also holds rejected and ignored faces.

        With `matched`, faces that were named by distance are written too.
        """
        return exporting.export_names(self._context.catalog, path_of(path), matched=matched)

    def export_sidecars(self, directory: AnyPath, *, matched: bool = False) -> NamesExport:
        """Write one XMP sidecar per photo below a directory; the photos' own folders are not touched."""
        with DecodePool(self._context.decode_limits) as decoders:
            return exporting.export_sidecars(self._context.catalog, decoders, path_of(directory), matched=matched)

    def export_beside(self, *, matched: bool = False) -> NamesExport:
        """Write names into the XMP sidecar beside each photo; an existing sidecar keeps everything else."""
        with DecodePool(self._context.decode_limits) as decoders:
            return beside.export_beside(self._context.catalog, decoders, matched=matched)

    def import_file(self, path: AnyPath, *, replace: bool = False, near: bool = False) -> NamesImport:
        """Confirm the names in a file that `export` wrote; reject and ignore the faces that it rejects and ignores."""
        networks = self._context.networks
        with DecodePool(self._context.decode_limits) as decoders, self._context.writing() as catalog:
            drawer = Drawer(catalog, networks, decoders)
            done = importing.import_names(catalog, Path(path), drawer, replace=replace, near=near)
            match_now(catalog, networks, k=self._context.settings.k)
            return done

    def import_sidecars(
        self, paths: AnyPath | Sequence[AnyPath], *, replace: bool = False, near: bool = False
    ) -> NamesImport:
        """Confirm the names in XMP sidecars and in photos; a folder stands for all files below it.

        A rectangle with a name where no face was found becomes a face that a human drew, as by `people.mark`.
        """
        self._context.catalog  # noqa: B018 - fails if there is no library, before photos are read
        with DecodePool(self._context.decode_limits) as decoders:
            names = sidecars.find_names(several(paths), decoders)
            networks = self._context.networks
            with self._context.writing() as catalog:
                drawer = Drawer(catalog, networks, decoders)
                done = sidecars.import_sidecars(catalog, names, decoders, drawer, replace=replace, near=near)
                match_now(catalog, networks, k=self._context.settings.k)
                return done
