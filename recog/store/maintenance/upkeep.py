"""Counting, checking and backing up the catalog."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, delete, func, select

from recog.errors import CatalogError
from recog.store.connection.backup import write_backup
from recog.store.part import CatalogPart
from recog.store.people.facts import give_cover
from recog.store.photos.removal import delete_embeddings, delete_photos
from recog.store.records import CatalogCounts
from recog.store.schema.digests import network_row
from recog.store.schema.encoding import chunks, other_length, path_bytes, path_from_bytes
from recog.store.schema.tables import (
    assignments,
    clusters,
    embeddings,
    faces,
    failures,
    files,
    ignored_faces,
    networks,
    pending_erasures,
    people,
    photos,
    processings,
    rejections,
    roots,
    thumbnails,
)
from recog.types import Origin

_MOST_PROBLEMS = 20


class Upkeep(CatalogPart):
    """Upkeep of the catalog."""

    def counts(self) -> CatalogCounts:
        """How much there is of everything."""
        with self._database.reading() as connection:
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
                missing_files=_count(connection, select(files.c.id).where(files.c.missing)),
                failed_files=_count(connection, select(failures.c.id)),
                faces=_count(connection, select(faces.c.id)),
                faces_named=confirmed + matched,
                confirmed=confirmed,
                matched=matched,
                people=_count(connection, select(people.c.id)),
                hidden_people=_count(connection, select(people.c.id).where(people.c.hidden)),
                clusters=_count(connection, select(clusters.c.id)),
                pending_erasures=_count(connection, select(pending_erasures.c.id)),
            )

    def quick_check(self) -> list[str]:
        """What is wrong with the database, one sentence each; empty when nothing is."""
        try:
            return self._file_problems() if self._database.is_sqlite else []
        except CatalogError as error:
            return [str(error)]

    def misshapen(self) -> dict[str, list[int]]:
        """Faces with an embedding of another length than its network's, by the network's digest; nothing reads such."""
        statement = (
            select(networks.c.sha256, embeddings.c.face_id)
            .join(networks, networks.c.id == embeddings.c.network_id)
            .where(other_length(embeddings.c.vector, networks.c.dim))
            .order_by(embeddings.c.face_id)
        )
        found: dict[str, list[int]] = {}
        with self._database.reading() as connection:
            for sha256, face_id in connection.execute(statement):
                found.setdefault(sha256, []).append(face_id)
        return found

    def orphans(self, network_sha256: str | None = None) -> dict[str, int]:
        """Rows that lost what they belong to, by kind; with a digest also faces that lost what this network made.

        photos_without_file, faces_without_thumbnail, faces_without_embedding, the latter two of photos that the network
        has processed. A face that a human spoke of and only another network found has lost nothing.
        """
        with self._database.reading() as connection:
            found = {"photos_without_file": _count(connection, _photos_without_file())}
            if network_sha256 is not None:
                network_id, _ = network_row(connection, network_sha256)
                found["faces_without_thumbnail"] = _count(connection, _without_thumbnail(network_id))
                found["faces_without_embedding"] = _count(connection, _without_embedding(network_id))
        return found

    def look_again(self, network_sha256: str) -> None:
        """Let the next run of indexing look anew at photos whose faces lost a thumbnail or this network's embedding."""
        with self._database.writing() as connection:
            network_id, _ = network_row(connection, network_sha256)
            theirs = _without_thumbnail(network_id).union(_without_embedding(network_id)).subquery()
            shown = select(faces.c.photo_id).where(faces.c.id.in_(select(theirs.c.id)))
            seen = (processings.c.network_id == network_id) & processings.c.photo_id.in_(shown)
            connection.execute(delete(processings).where(seen))

    def delete_orphans(self) -> int:
        """Delete photos that no file shows, present or missing, with their faces; how many went."""
        with self._database.writing() as connection:
            return _delete_unshown(connection)

    def missing_files(self) -> list[tuple[Path, int]]:
        """The files marked as gone, by path, each with its photo."""
        statement = select(files.c.path, files.c.photo_id).where(files.c.missing).order_by(files.c.path)
        with self._database.reading() as connection:
            return [(path_from_bytes(raw), photo_id) for raw, photo_id in connection.execute(statement)]

    def drop_missing(self, paths: Iterable[Path]) -> int:
        """Forget files marked as gone, and delete photos that no other file shows; how many photos went."""
        with self._database.writing() as connection:
            for raw in chunks(path_bytes(path) for path in paths):
                connection.execute(delete(files).where(files.c.missing, files.c.path.in_(raw)))
            return _delete_unshown(connection)

    def drop_files(self, paths: Iterable[Path], *, folders: Iterable[Path]) -> int:
        """Forget files, marked as gone or not, and roots; delete photos that no other file shows, and say how many."""
        with self._database.writing() as connection:
            for raw in chunks(path_bytes(path) for path in paths):
                connection.execute(delete(files).where(files.c.path.in_(raw)))
                connection.execute(delete(failures).where(failures.c.path.in_(raw)))
            for raw in chunks(path_bytes(folder) for folder in folders):
                connection.execute(delete(roots).where(roots.c.path.in_(raw)))
            return _delete_unshown(connection)

    def embed_again(self, face_ids: Iterable[int], network_sha256: str) -> None:
        """Drop the embeddings of these faces, so that the next run of indexing embeds their photos anew."""
        with self._database.writing() as connection:
            network_id, _ = network_row(connection, network_sha256)
            for ids in chunks(face_ids):
                delete_embeddings(connection, ids, network_id)
                shown = select(faces.c.photo_id).where(faces.c.id.in_(ids))
                seen = (processings.c.network_id == network_id) & processings.c.photo_id.in_(shown)
                connection.execute(delete(processings).where(seen))

    def backup(self, path: Path) -> None:
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


def _delete_unshown(connection: Connection) -> int:
    """Delete photos that no file shows, present or missing, with their faces; how many went."""
    gone = connection.scalars(_photos_without_file()).all()
    bare: set[int] = set()
    for ids in chunks(gone):
        covers = select(people.c.id).join(faces, faces.c.id == people.c.cover_face_id)
        bare |= set(connection.scalars(covers.where(faces.c.photo_id.in_(ids))))
    delete_photos(connection, gone)
    for person_id in bare:
        give_cover(connection, person_id)
    return len(gone)


def _without_thumbnail(network_id: int | None) -> Select[int]:
    """Of photos that the network has processed."""
    return _processed(network_id).outerjoin(thumbnails).where(thumbnails.c.face_id.is_(None))


def _without_embedding(network_id: int | None) -> Select[int]:
    """Of photos that the network has processed, but faces that it did not find again and that a human spoke of."""
    own = embeddings.alias()
    other = select(embeddings.c.id).where(embeddings.c.face_id == faces.c.id).exists()
    confirmed = assignments.c.origin == Origin.CONFIRMED.value
    spoken_of = (
        select(assignments.c.face_id).where(assignments.c.face_id == faces.c.id, confirmed).exists()
        | select(rejections.c.face_id).where(rejections.c.face_id == faces.c.id).exists()
        | select(ignored_faces.c.face_id).where(ignored_faces.c.face_id == faces.c.id).exists()
    )
    lost = _processed(network_id).outerjoin(own, (own.c.face_id == faces.c.id) & (own.c.network_id == network_id))
    return lost.where(own.c.id.is_(None), ~(spoken_of & other))


def _processed(network_id: int | None) -> Select[int]:
    """Faces of photos that the network has processed."""
    by_it = processings.c.network_id == network_id
    return select(faces.c.id).join(processings, processings.c.photo_id == faces.c.photo_id).where(by_it)


def _photos_without_file() -> Select[int]:
    return select(photos.c.id).outerjoin(files, files.c.photo_id == photos.c.id).where(files.c.id.is_(None))
