"""Counts, checks and backups of the catalog."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, delete, func, select

from recog.errors import CatalogError
from recog.store.connection.backup import write_backup
from recog.store.connection.database import Database
from recog.store.photos.removal import photos_without_file
from recog.store.photos.volumes import volumes_of
from recog.store.records import CatalogCounts
from recog.store.schema.digests import network_row
from recog.store.schema.tables import (
    assignments,
    clusters,
    embeddings,
    faces,
    failures,
    files,
    ignored_faces,
    pending_erasures,
    people,
    photos,
    processings,
    rejections,
    thumbnails,
)
from recog.types import Origin

_MOST_PROBLEMS = 20


class Upkeep:
    """Upkeep of the catalog."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def counts(self) -> CatalogCounts:
        """Return how many rows of each kind the catalog holds; missing and failed files are those of this machine."""
        with self._database.reading() as connection:
            mine = volumes_of(connection, self._database.host)
            confirmed = _count(connection, select(assignments).where(assignments.c.origin == Origin.CONFIRMED.value))
            matched = _count(connection, select(assignments).where(assignments.c.origin == Origin.MATCHED.value))
            return CatalogCounts(
                photos=_count(connection, select(photos.c.id)),
                incomplete_photos=_count(
                    connection,
                    select(photos.c.id).where(
                        photos.c.incomplete,
                        photos.c.id.in_(select(files.c.photo_id).where(~files.c.missing)),
                    ),
                ),
                files=_count(connection, select(files.c.id).where(~files.c.missing)),
                missing_files=_count(connection, select(files.c.id).where(files.c.missing, mine.are_here(files))),
                failed_files=_count(connection, select(failures.c.id).where(mine.are_here(failures))),
                faces=_count(connection, select(faces.c.id)),
                faces_named=confirmed + matched,
                confirmed=confirmed,
                matched=matched,
                people=_count(connection, select(people.c.id)),
                hidden_people=_count(connection, select(people.c.id).where(people.c.hidden)),
                clusters=_count(connection, select(clusters.c.id)),
                pending_erasures=_count(connection, select(pending_erasures.c.id)),
                drawn=_count(connection, select(faces.c.id).where(faces.c.drawn)),
            )

    def quick_check(self) -> list[str]:
        """Return what is wrong with the database, one sentence each."""
        try:
            return self._file_problems() if self._database.is_sqlite else []
        except CatalogError as error:
            return [str(error)]

    def orphans(self, network_sha256: str | None = None) -> dict[str, int]:
        """Return how many rows lost what they belong to, by kind; with a digest also what this network's faces lost.

        photos_without_file, faces_without_thumbnail and faces_without_embedding, the last two of photos that the
        network processed.
        """
        with self._database.reading() as connection:
            found = {"photos_without_file": _count(connection, photos_without_file())}
            if network_sha256 is not None:
                network_id, _ = network_row(connection, network_sha256)
                found["faces_without_thumbnail"] = _count(connection, _without_thumbnail(network_id))
                found["faces_without_embedding"] = _count(connection, _without_embedding(network_id))
        return found

    def look_again(self, network_sha256: str) -> None:
        """Let the next run process photos again whose faces lost a thumbnail or this network's embedding."""
        with self._database.writing() as connection:
            network_id, _ = network_row(connection, network_sha256)
            theirs = _without_thumbnail(network_id).union(_without_embedding(network_id)).subquery()
            shown = select(faces.c.photo_id).where(faces.c.id.in_(select(theirs.c.id)))
            seen = (processings.c.network_id == network_id) & processings.c.photo_id.in_(shown)
            connection.execute(delete(processings).where(seen))

    def back_up(self, path: Path) -> None:
        """Copy the whole catalog to a new file, while others read and write; SQLite only."""
        write_backup(self._database, path)

    def _file_problems(self) -> list[str]:
        with self._database.alone() as connection:
            said = connection.exec_driver_sql(f"PRAGMA quick_check({_MOST_PROBLEMS})").scalars().all()
            torn = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        problems = [f"the database {self._database.where} is damaged: {line}" for line in said if line != "ok"]
        tables = sorted({(row[0], row[2]) for row in torn})
        return problems + [f"rows of {child} name rows of {parent} that are gone" for child, parent in tables]


def _count(connection: Connection, rows: Select[Any]) -> int:
    return connection.scalar(select(func.count()).select_from(rows.subquery())) or 0


def _without_thumbnail(network_id: int | None) -> Select[int]:
    """Select the faces without a thumbnail, of photos that the network processed."""
    return _processed(network_id).outerjoin(thumbnails).where(thumbnails.c.face_id.is_(None))


def _without_embedding(network_id: int | None) -> Select[int]:
    """Select the faces without an embedding, of photos that the network processed.

    A face that a user spoke of and only another network found lost nothing; every network embeds drawn faces. Faces
    that expired have none on purpose.
    """
    own = embeddings.alias()
    other = select(embeddings.c.id).where(embeddings.c.face_id == faces.c.id).exists()
    confirmed = assignments.c.origin == Origin.CONFIRMED.value
    spoken_of = (
        select(assignments.c.face_id).where(assignments.c.face_id == faces.c.id, confirmed).exists()
        | select(rejections.c.face_id).where(rejections.c.face_id == faces.c.id).exists()
        | select(ignored_faces.c.face_id).where(ignored_faces.c.face_id == faces.c.id).exists()
    )
    lost = _processed(network_id).outerjoin(own, (own.c.face_id == faces.c.id) & (own.c.network_id == network_id))
    return lost.where(own.c.id.is_(None), ~faces.c.expired, ~(spoken_of & other) | faces.c.drawn)


def _processed(network_id: int | None) -> Select[int]:
    """Select the faces of photos that the network processed."""
    by_it = processings.c.network_id == network_id
    return select(faces.c.id).join(processings, processings.c.photo_id == faces.c.photo_id).where(by_it)
