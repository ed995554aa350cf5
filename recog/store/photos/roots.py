"""Roots, the folders that were indexed: on which machines they are, and shares that several machines mount."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, bindparam, case, delete, func, insert, literal, select, update

from recog.errors import CatalogError, UnknownNumberError
from recog.store.connection.database import ONLY_HOST, Database
from recog.store.photos.removal import delete_unshown
from recog.store.photos.volumes import Volumes, rest_below, volumes_of, volumes_to_write, within, without_slash
from recog.store.records import KnownRoot, MountPoint
from recog.store.schema.encoding import chunks, path_bytes, path_from_bytes
from recog.store.schema.tables import failures, files, jobs, mounts, roots, volumes

SAMPLE = 200
"""Files of a root by which it is recognised."""


class Roots:
    """The catalog's roots."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[KnownRoot]:
        """Return every root, by number."""
        with self._database.reading() as connection:
            mine = volumes_of(connection, self._database.host)
            hosts = dict(connection.execute(select(volumes.c.id, volumes.c.host)).all())
            tops = dict(connection.execute(select(volumes.c.id, volumes.c.top)).all())
            points: dict[int, list[tuple[str, bytes]]] = {}
            for volume_id, host, path in connection.execute(
                select(mounts.c.volume_id, mounts.c.host, mounts.c.path).order_by(mounts.c.host)
            ):
                points.setdefault(volume_id, []).append((host, path))
            found = []
            for root_id, volume_id, raw in connection.execute(
                select(roots.c.id, roots.c.volume_id, roots.c.path).order_by(roots.c.id)
            ):
                if (host := hosts[volume_id]) is not None:
                    places = [MountPoint(host, path_from_bytes(raw))]
                else:
                    rest = rest_below(raw, tops[volume_id]) or b""
                    places = [
                        MountPoint(host, path_from_bytes(without_slash(top) + rest or b"/"))
                        for host, top in points[volume_id]
                    ]
                held = select(func.count()).select_from(files).where(within(files, volume_id, raw))
                here = mine.path(volume_id, raw) if volume_id in mine.here else None
                found.append(KnownRoot(root_id, here, tuple(places), connection.scalar(held) or 0))
        return found

    def sample(self, root_id: int) -> list[tuple[str, int]]:
        """Return some present files of a root: the path below it, and the size in bytes."""
        with self._database.reading() as connection:
            volume_id, raw = _root(connection, root_id)
            return _sample(connection, volume_id, raw)

    def map(self, root_id: int, folder: Path) -> None:
        """Record that this machine has a root at `folder`; what it indexed there by itself becomes the root's.

        Raises CatalogError if the root is here already, or if another share is mounted at or below the folder.
        """
        with self._database.writing() as connection:
            mine = volumes_to_write(connection, self._database.host)
            volume_id, raw = _root(connection, root_id)
            if volume_id in mine.here:
                raise CatalogError(
                    f"root {root_id} is on this machine already, at {mine.path(volume_id, raw)}: "
                    "unmap it first if it is elsewhere now"
                )
            top = connection.scalar(select(volumes.c.top).where(volumes.c.id == volume_id))
            place = without_slash(path_bytes(folder))
            rest = b"" if top is None else rest_below(raw, top) or b""
            if not place.endswith(rest):
                raise CatalogError(
                    f"root {root_id} is the folder {path_from_bytes(rest.lstrip(b'/'))} of a share: "
                    "name the place where this machine has that folder"
                )
            self._mount(connection, volume_id, raw if top is None else top, place[: len(place) - len(rest)] or b"/")

    def unmap(self, folder: Path) -> None:
        """Forget that this machine has a share at `folder`; its photos stay, as those of other machines."""
        with self._database.writing() as connection:
            mine = volumes_of(connection, self._database.host)
            at = mounts.c.host == self._database.host, mounts.c.path == path_bytes(folder)
            volume_id = connection.scalar(select(mounts.c.volume_id).where(*at))
            if volume_id is None or volume_id not in mine.here:
                raise CatalogError(f"no root of another machine is mapped to {folder} here: see the list of roots")
            others = select(func.count()).select_from(mounts).where(mounts.c.volume_id == volume_id)
            if (connection.scalar(others) or 0) < 2:
                raise CatalogError(f"no other machine has the root at {folder}, so it stays: prune it if it is gone")
            connection.execute(delete(mounts).where(*at))

    def photos_only_in(self, root_id: int) -> list[int]:
        """Return the photos that no file outside a root shows, present or missing."""
        with self._database.reading() as connection:
            outside = case((within(files, *_root(connection, root_id)), 0), else_=1)
            only = select(files.c.photo_id).group_by(files.c.photo_id).having(func.sum(outside) == 0)
            return list(connection.scalars(only.order_by(files.c.photo_id)))

    def forget(self, root_id: int) -> None:
        """Forget a root: its files, what is queued of it, and the photos that no other file shows."""
        with self._database.writing() as connection:
            volume_id, raw = _root(connection, root_id)
            for table in (files, failures, jobs, roots):
                connection.execute(delete(table).where(within(table, volume_id, raw)))
            delete_unshown(connection)

    def strangers(self, folder: Path) -> list[tuple[int, list[tuple[str, int]]]]:
        """Return volumes of other machines that have files by the path of a folder which is new here.

        With each volume come some of the files: the path below the folder, and the size in bytes.
        """
        with self._database.reading() as connection:
            mine = volumes_of(connection, self._database.host)
            volume_id, raw = mine.spot(folder)
            known = connection.execute(select(roots.c.volume_id, roots.c.path)).all()
            if any(row.volume_id == volume_id and rest_below(raw, row.path) is not None for row in known):
                return []
            others = connection.scalars(
                select(volumes.c.id).where(volumes.c.id.not_in(sorted(mine.here))).order_by(volumes.c.id)
            )
            samples = [(other, _sample(connection, other, path_bytes(folder))) for other in others]
        return [(other, sample) for other, sample in samples if sample]

    def share(self, volume_id: int, folder: Path) -> None:
        """Record that what another machine has at the path of a folder is on this machine at the same path.

        Files of a machine without a name become this machine's. Else, the folder is a share of both from now on.
        """
        raw = path_bytes(folder)
        with self._database.writing() as connection:
            mine = volumes_to_write(connection, self._database.host)
            host, top = connection.execute(select(volumes.c.host, volumes.c.top).where(volumes.c.id == volume_id)).one()
            if host == ONLY_HOST:
                _merge(connection, volume_id, raw, mine.own, raw)
                return
            known = connection.scalars(select(roots.c.path).where(roots.c.volume_id == volume_id))
            around = [path for path in known if rest_below(raw, path) is not None]
            top = top or min(around, key=len, default=raw)
            self._mount(connection, volume_id, top, top)

    def _mount(self, connection: Connection, volume_id: int, top: bytes, place: bytes) -> None:
        """Mount a volume at a place here; a folder of a machine becomes a share first."""
        mine = volumes_to_write(connection, self._database.host)
        host = connection.scalar(select(volumes.c.host).where(volumes.c.id == volume_id))
        if host is not None:
            share = connection.execute(insert(volumes).values(top=top).returning(volumes.c.id)).scalar_one()
            _move(connection, volume_id, top, share)
            connection.execute(insert(mounts).values(volume_id=share, host=host, path=top))
            volume_id = share
        _refuse_nested(mine, place)
        connection.execute(insert(mounts).values(volume_id=volume_id, host=self._database.host, path=place))
        _merge(connection, mine.own, place, volume_id, top)
        # What waits is hidden from now on, and marked as missing once a survey has looked at the share.
        connection.execute(update(files).where(within(files, mine.own, place)).values(missing=False))


def _refuse_nested(mine: Volumes, place: bytes) -> None:
    """Raise CatalogError if a share is mounted at a place already, above it or below it."""
    for top in mine.mounted:
        if rest_below(top, place) is not None or rest_below(place, top) is not None:
            raise CatalogError(
                f"this machine has another share at {path_from_bytes(top)}: unmap that first, or name another folder"
            )


def _root(connection: Connection, root_id: int) -> tuple[int, bytes]:
    row = connection.execute(select(roots.c.volume_id, roots.c.path).where(roots.c.id == root_id)).first()
    if row is None:
        raise UnknownNumberError(f"no root has the number {root_id}: see the list of roots")
    return row.volume_id, row.path


def _sample(connection: Connection, volume_id: int, raw: bytes) -> list[tuple[str, int]]:
    """Return present files below a path of a volume, evenly spread."""
    present = within(files, volume_id, raw) & ~files.c.missing
    held = connection.scalar(select(func.count()).select_from(files).where(present)) or 0
    place = (func.row_number().over(order_by=files.c.id) - 1).label("place")
    listed = select(files.c.path, files.c.size, place).where(present).subquery()
    some = select(listed.c.path, listed.c.size).where(listed.c.place % max(1, held // SAMPLE) == 0)
    rows = connection.execute(some.order_by(listed.c.place).limit(SAMPLE))
    return [(str(path_from_bytes(path[len(raw) :].lstrip(b"/"))), size) for path, size in rows]


def _move(connection: Connection, source: int, raw: bytes, target: int) -> None:
    """Give everything at a path of a volume and below it to another volume, which has nothing there."""
    for table in (files, failures, roots):
        connection.execute(update(table).where(within(table, source, raw)).values(volume_id=target))


def _merge(connection: Connection, own: int, place: bytes, share: int, top: bytes) -> None:
    """Give what a machine indexed at a place by itself to the share that it has there.

    A file that the share holds too is forgotten if both show the same photo. If they do not, it waits: the next run of
    index looks at the file itself, and `Files.drop_hidden` forgets it then.
    """
    connection.execute(delete(failures).where(within(failures, own, place)))
    found = select(roots.c.id, roots.c.path, literal(0)).where(within(roots, own, place))
    _merge_rows(connection, roots, _replaced(connection.execute(found), place, top), share)
    shown = select(files.c.id, files.c.path, files.c.photo_id).where(within(files, own, place))
    for some in chunks(_replaced(connection.execute(shown), place, top)):
        _merge_rows(connection, files, some, share)


def _replaced(rows: Iterable[Any], place: bytes, top: bytes) -> list[tuple[int, bytes, int]]:
    """Return rows (number, path, photo or 0) with paths below `top` instead of `place`."""
    top = without_slash(top)
    return [(number, top + (rest_below(raw, place) or b"") or b"/", photo_id) for number, raw, photo_id in rows]


def _merge_rows(connection: Connection, table: Table, rows: Sequence[tuple[int, bytes, int]], share: int) -> None:
    """Move rows to their paths in a share; those that it has are deleted if they show the same photo, or none."""
    photo = table.c.photo_id if "photo_id" in table.c else literal(0)
    at = table.c.volume_id == share, table.c.path.in_([path for _, path, _ in rows])
    known = dict(connection.execute(select(table.c.path, photo).where(*at)).all())
    alike = [number for number, path, photo_id in rows if known.get(path) == photo_id]
    connection.execute(delete(table).where(table.c.id.in_(alike)))
    moved = [{"row": number, "there": path} for number, path, _ in rows if path not in known]
    if moved:
        put = update(table).where(table.c.id == bindparam("row"))
        connection.execute(put.values(volume_id=share, path=bindparam("there")), moved)
