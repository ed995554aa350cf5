"""Faces that nobody named lose their embeddings after a while."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from recog.index.files import discard
from recog.library.context import LibraryContext
from recog.store.catalog import Catalog

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ExpiredFaces:
    """`people expire`: the days, and the number of faces without a name that lost, or would lose, their embeddings."""

    days: int
    faces: int
    dry_run: bool


def note_and_expire(context: LibraryContext, catalog: Catalog) -> None:
    """At the end of a run that indexes: note which faces are known, and apply the setting `unknown_days`.

    A role of a server that indexes may not erase: it logs how many faces wait for the owner.
    """
    catalog.retention.note()
    days = context.settings.unknown_days
    if days is None:
        return
    may_erase = not catalog.on_server or catalog.server.may_forget()
    result = expire(context, catalog, days, dry_run=not may_erase)
    if result.faces and not may_erase:
        _logger.warning(
            "%d faces without a name are older than %d days (unknown_days), but this user of the database may not "
            "erase: let the owner of the tables index, or expire them",
            result.faces,
            days,
        )


def expire(context: LibraryContext, catalog: Catalog, days: int, *, dry_run: bool = False) -> ExpiredFaces:
    """Delete the embeddings of faces that were known for so many days and have no name; the caller may write.

    Faces that an earlier recog found are as old as the upgrade of the library.
    """
    old = catalog.retention.unknown_since(datetime.now(UTC) - timedelta(days=days))
    if not old or dry_run:
        return ExpiredFaces(days, len(old), dry_run)
    # First, so that no file holds the vectors if recog is killed afterwards.
    discard(context.settings.library / "index")
    gone = catalog.retention.expire(old)
    context.vector_index.publish()
    return ExpiredFaces(days, gone, dry_run)
