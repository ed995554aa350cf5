"""Photos, by number, digest or path, and saved with their faces."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, select

from recog.errors import LibraryBusyError, UnknownNumberError
from recog.query.conditions import Condition, Shows, any_of
from recog.query.conditions import every as all_of
from recog.store.connection.database import Database
from recog.store.photos.fitting import fits
from recog.store.photos.new_only import NotNewError, refuse_known
from recog.store.photos.removal import delete_unshown
from recog.store.photos.saving import forgotten_in, save_batch
from recog.store.photos.volumes import volumes_of, volumes_to_write
from recog.store.records import FiledPhoto, KnownPhoto, SavedPhoto, ScannedPhoto
from recog.store.schema.encoding import chunks
from recog.store.schema.plain_rows import plain_rows
from recog.store.schema.tables import detectors, files, networks, photos, processings
from recog.types import DateSource, FaceBox, NetworkInfo, Photo


class Photos:
    """The catalog's photos."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_id(self, photo_id: int) -> Photo:
        """Return a photo by number; an unknown number is an UnknownNumberError."""
        with self._database.reading() as connection:
            row = connection.execute(select(photos).where(photos.c.id == photo_id)).first()
        if row is None:
            raise UnknownNumberError(
                f"no photo has the number {photo_id}: it was removed, or belongs to another library"
            )
        return photo_of(row)

    def by_digest(self, sha256: str, *, detector: str, network: str) -> KnownPhoto | None:
        """Return a photo by the digest of its bytes; current means processed by these two networks."""
        processed = (
            select(processings.c.photo_id)
            .join(networks, networks.c.id == processings.c.network_id)
            .join(detectors, detectors.c.id == processings.c.detector_id)
            .where(processings.c.photo_id == photos.c.id, networks.c.sha256 == network, detectors.c.sha256 == detector)
            .exists()
        )
        statement = select(photos, processed.label("current")).where(photos.c.sha256 == bytes.fromhex(sha256))
        with self._database.reading() as connection:
            row = connection.execute(statement).first()
        return None if row is None else KnownPhoto(photo_of(row), bool(row.current))

    def by_ids(self, photo_ids: Iterable[int]) -> dict[int, Photo]:
        """Return photos by number; unknown numbers are left out."""
        found: dict[int, Photo] = {}
        with self._database.reading() as connection:
            for ids in chunks(photo_ids):
                rows = connection.execute(select(photos).where(photos.c.id.in_(ids)))
                found |= {row.id: photo_of(row) for row in rows}
        return found

    def by_digests(self, digests: Iterable[str]) -> dict[str, Photo]:
        """Return photos by the digest of their bytes; unknown digests are left out."""
        found: dict[str, Photo] = {}
        with self._database.reading() as connection:
            for raw in chunks(bytes.fromhex(digest) for digest in digests):
                rows = connection.execute(select(photos).where(photos.c.sha256.in_(raw)))
                found |= {row.sha256.hex(): photo_of(row) for row in rows}
        return found

    def at(self, paths: Iterable[Path]) -> dict[Path, Photo]:
        """Return photos by the absolute path of a file that shows them; unknown paths are left out."""
        found: dict[Path, Photo] = {}
        with self._database.reading() as connection:
            volumes = volumes_of(connection, self._database.host)
            statement = select(files.c.path, photos).join(photos, photos.c.id == files.c.photo_id)
            for volume_id, raw in volumes.grouped(paths):
                rows = connection.execute(statement.where(files.c.volume_id == volume_id, files.c.path.in_(raw)))
                found |= {volumes.path(volume_id, row.path): photo_of(row) for row in rows}
        return found

    def of_people(self, person_ids: Iterable[int], *, every: bool = True, confirmed: bool = False) -> list[FiledPhoto]:
        """Return the photos that show all of these people, or without `every` any, by path; those without a file last.

        confirmed: count confirmed faces only, not matched ones.
        """
        wanted = [Shows(person_id) for person_id in dict.fromkeys(person_ids)]
        return self.that_fit(all_of(wanted) if every else any_of(wanted), confirmed=confirmed)

    def that_fit(self, condition: Condition, *, confirmed: bool = False) -> list[FiledPhoto]:
        """Return the photos that fit a query's condition, by path; those without a file last.

        confirmed: count confirmed faces only, not matched ones.
        """
        statement = select(photos, files.c.volume_id, files.c.path, files.c.missing)
        statement = statement.join(files, files.c.photo_id == photos.c.id)
        found: dict[int, FiledPhoto] = {}
        with self._database.reading() as connection:
            volumes = volumes_of(connection, self._database.host)
            statement = statement.where(fits(condition, volumes, confirmed=confirmed))

            def place(row: Row[Any]) -> tuple[bool, bool, bytes]:
                return row.missing, row.volume_id not in volumes.here, volumes.local(row.volume_id, row.path)

            for row in sorted(connection.execute(statement), key=place):
                before = found.get(row.id) or FiledPhoto(photo_of(row), ())
                path = volumes.path(row.volume_id, row.path)
                found[row.id] = before if row.missing else FiledPhoto(before.photo, (*before.paths, path))
        return list(found.values())

    def all_digests(self) -> set[str]:
        """Return the digests of all photos."""
        with self._database.reading() as connection:
            return {sha256.hex() for (sha256,) in plain_rows(connection, select(photos.c.sha256))}

    def digests(self, *, detector: str, network: str) -> dict[str, int]:
        """Return photo numbers by digest, of all photos that these two networks processed and need not see again."""
        statement = (
            select(photos.c.sha256, photos.c.id)
            .join(processings, processings.c.photo_id == photos.c.id)
            .join(networks, networks.c.id == processings.c.network_id)
            .join(detectors, detectors.c.id == processings.c.detector_id)
            .where(networks.c.sha256 == network, detectors.c.sha256 == detector)
        )
        with self._database.reading() as connection:
            return {sha256.hex(): photo_id for sha256, photo_id in connection.execute(statement)}

    def save(
        self,
        batch: Sequence[ScannedPhoto],
        *,
        detector: str,
        network: NetworkInfo,
        moved_from: Mapping[Path, int] = MappingProxyType({}),
    ) -> list[SavedPhoto]:
        """Save scanned photos with their faces, all or none; return the results in the batch's order.

        * A scanned face that overlaps a stored one of the same photo (IoU at least 0.5) is that face: it keeps its
          number and its name and takes the new box, thumbnail and embedding. Stored faces that were not found again
          are deleted, unless a user drew, named, rejected or ignored them.
        * A face at the place of a forgotten person is left out.
        * If a file has new content, the facts about the faces that it showed before are transferred to the same faces
          of the new content (see recog.store.photos.pairing). The earlier photo stays until `delete_orphans`.
        * moved_from gives, by path, the photo that new content was before it was edited and moved: the facts about
          that photo's faces are copied to the same faces here.

        Embeddings that are not (dim,) or not of unit length are a ValueError.
        """
        if not self._database.is_sqlite and not moved_from:
            # Batches of new photos are saved at the same time. One that meets another's photo is saved again, alone.
            with suppress(NotNewError, LibraryBusyError), self._database.writing(beside_others=True) as connection:
                volumes = volumes_of(connection, self._database.host)
                refuse_known(connection, volumes, batch)
                return save_batch(connection, volumes, batch, detector=detector, network=network, moved_from=moved_from)
        with self._database.writing() as connection:
            volumes = volumes_to_write(connection, self._database.host)
            return save_batch(connection, volumes, batch, detector=detector, network=network, moved_from=moved_from)

    def forgotten_boxes(self, photo_id: int) -> list[FaceBox]:
        """Return the boxes of forgotten people on a photo, relative to it (0 to 1), without landmarks."""
        with self._database.reading() as connection:
            sha256 = connection.scalar(select(photos.c.sha256).where(photos.c.id == photo_id))
            found = {} if sha256 is None else forgotten_in(connection, [sha256])
        return [place.box for places in found.values() for place in places]

    def delete_orphans(self) -> int:
        """Delete photos that no file shows, present or missing, with their faces; return how many."""
        with self._database.writing() as connection:
            return delete_unshown(connection)


def photo_of(row: Row[Any]) -> Photo:
    """Return a row of the table of photos as a Photo."""
    taken_at = None if row.taken_at is None else datetime.fromisoformat(row.taken_at)
    taken_from = None if row.taken_from is None else DateSource(row.taken_from)
    return Photo(row.id, row.sha256.hex(), row.width, row.height, taken_at, row.incomplete, taken_from, row.duration)
