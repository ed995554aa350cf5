"""Batches of photos that are all new: these may be saved at the same time on a server, because they change no row."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from recog.store.photos.volumes import NO_VOLUME, Volumes
from recog.store.records import ScannedPhoto
from recog.store.schema.tables import files, photos


class NotNewError(Exception):
    """A batch holds a photo or a file that is known, or the first of a machine: it cannot be saved beside others."""


def refuse_known(connection: Connection, volumes: Volumes, batch: Sequence[ScannedPhoto]) -> None:
    """Raise NotNewError unless all photos and files of a batch are new, so that saving it changes no other row."""
    known = select(photos.c.id).where(photos.c.sha256.in_([bytes.fromhex(scan.sha256) for scan in batch])).limit(1)
    if volumes.own == NO_VOLUME or connection.scalar(known) is not None:
        raise NotNewError
    for volume_id, raw in volumes.grouped(scan.stat.path for scan in batch):
        at = select(files.c.id).where(files.c.volume_id == volume_id, files.c.path.in_(raw)).limit(1)
        if connection.scalar(at) is not None:
            raise NotNewError
