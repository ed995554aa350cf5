"""Keep a library sound: check, back up, restore, tune and rebuild."""

from collections.abc import Sequence

from recog.library.context import LibraryContext
from recog.library.inputs import AnyPath, path_of
from recog.library.maintenance import backups, upkeep
from recog.library.maintenance.results import Backup, CheckReport, Grants, Restored
from recog.library.recognition.index_tuning import IndexTuning
from recog.library.recognition.results import IndexStatus
from recog.store.maintenance.pending import PendingErasure
from recog.store.maintenance.roles import Roles


class Maintenance:
    """Keep a library sound: check, back up, restore, tune and rebuild."""

    def __init__(self, context: LibraryContext) -> None:
        self._context = context

    def tune_index(self) -> IndexTuning:
        """Measure recall against time of the index on the library's own faces; nothing is written."""
        return self._context.vector_index.tuning()

    def check(self, *, fix: bool = False) -> CheckReport:
        """Report what is wrong with the library; `fix` mends what can be mended."""
        if not fix:
            return upkeep.check(self._context.catalog, self._context.networks, self._context.vector_index, fix=False)
        with self._context.writing_alone() as catalog:
            return upkeep.check(catalog, self._context.networks, self._context.vector_index, fix=True)

    def back_up(self, target: AnyPath) -> Backup:
        """Copy a snapshot of the whole catalog to a new file or into a folder; others may write meanwhile."""
        return backups.back_up(self._context.catalog, path_of(target))

    def restore(self, backup: AnyPath) -> Restored:
        """Replace the catalog by a backup and keep the old one beside it. People forgotten since then come back."""
        with self._context.replacing():
            restored = backups.restore(self._context.settings, path_of(backup))
            self._context.vector_index.publish()
            return restored

    def grants(
        self,
        *,
        owner: str | None = None,
        indexers: Sequence[str] = (),
        readers: Sequence[str] = (),
        apply: bool = False,
    ) -> Grants:
        """Return the SQL that grants roles of the server their rights, and execute it with `apply`."""
        roles = Roles(owner, indexers, readers)
        server = self._context.catalog.roles
        return Grants(server.grant(roles) if apply else server.grants(roles), apply)

    def rebuild_index(self) -> IndexStatus:
        """Rebuild the vector index from the catalog."""
        with self._context.writing():
            self._context.vector_index.rebuild()
            return self._context.vector_index.status()

    @property
    def pending_erasure(self) -> PendingErasure | None:
        """Return why bytes of forgotten people may still be in the catalog's file or the index; None if none are."""
        return self._context.pending_erasure
