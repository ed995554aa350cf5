"""Files: which are known, missing, or could not be used, and the indexed folders they are in."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from recog.errors import CatalogError
from recog.store.connection.database import Database
from recog.store.photos.removal import delete_unshown
from recog.store.photos.volumes import Spot, Volumes, volumes_of, volumes_to_write
from recog.store.records import FailedFile, KnownFile
from recog.store.schema.encoding import chunks, now, path_bytes, path_from_bytes, storable
from recog.store.schema.tables import detectors, failures, files, mounts, networks, photos, processings, roots
from recog.types import FileStat


class Files:
    """The catalog's files; those of this machine, unless said otherwise. Other machines have files of their own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def _volumes(self, connection: Connection) -> Volumes:
        return volumes_of(connection, self._database.host)

    def _volumes_to_write(self, connection: Connection) -> Volumes:
        return volumes_to_write(connection, self._database.host)

    def under(self, root: Path, *, detector: str, network: str) -> dict[Path, KnownFile]:
        """Return every known file that is `root` or below it; current means processed by these two networks."""
        processed = (
            select(processings.c.photo_id)
            .join(networks, networks.c.id == processings.c.network_id)
            .join(detectors, detectors.c.id == processings.c.detector_id)
            .where(networks.c.sha256 == network, detectors.c.sha256 == detector)
            .subquery()
        )
        statement = select(
            files.c.volume_id,
            files.c.path,
            files.c.size,
            files.c.mtime_ns,
            files.c.photo_id,
            files.c.missing,
            processed.c.photo_id.is_not(None).label("current"),
        ).outerjoin(processed, processed.c.photo_id == files.c.photo_id)
        with self._database.reading() as connection:
            volumes = self._volumes(connection)
            known: dict[Path, KnownFile] = {}
            rows = connection.execute(statement.where(volumes.below(files, root)))
            for volume_id, raw, size, mtime_ns, photo_id, missing, current in rows:
                path = volumes.path(volume_id, raw)
                known[path] = KnownFile(FileStat(path, size, mtime_ns), photo_id, bool(missing), bool(current))
            for failed in _failures(connection, volumes, root):
                before = known.get(failed.stat.path)
                photo_id = None if before is None else before.photo_id
                known[failed.stat.path] = KnownFile(failed.stat, photo_id, False, False, failed.reason)
        return known

    def link(self, stat: FileStat, photo_id: int, *, moved_from: Path | None = None) -> None:
        """Record that a file shows a known photo; `moved_from` is its earlier path, which is then forgotten.

        The photo that the file showed before keeps its row, even if no other file shows it: in a chain of renames it
        turns up again at the next path. `Photos.delete_orphans` deletes those that did not.
        """
        with self._database.writing() as connection:
            if connection.scalar(select(photos.c.id).where(photos.c.id == photo_id)) is None:
                raise CatalogError(f"no photo has the number {photo_id}: index the file again")
            volumes = self._volumes_to_write(connection)
            if moved_from is not None:
                volume_id, raw = volumes.spot(moved_from)
                for table in (files, failures):
                    connection.execute(delete(table).where(table.c.volume_id == volume_id, table.c.path == raw))
            put_files(connection, volumes, [(stat, photo_id)])

    def mark_missing(self, paths: Iterable[Path]) -> int:
        """Mark files as missing, keep their photos, drop failures at these paths; return how many were newly marked."""
        marked = 0
        with self._database.writing() as connection:
            for volume_id, raw in self._volumes(connection).grouped(paths):
                those = files.c.volume_id == volume_id, files.c.path.in_(raw), ~files.c.missing
                marked += connection.execute(update(files).where(*those).values(missing=True)).rowcount
                connection.execute(delete(failures).where(failures.c.volume_id == volume_id, failures.c.path.in_(raw)))
        return marked

    def link_all(self, shown: Sequence[tuple[FileStat, int]]) -> None:
        """Record that files show known photos, in one transaction; see `link`."""
        with self._database.writing() as connection:
            for photo_ids in chunks({photo_id for _, photo_id in shown}):
                known = set(connection.scalars(select(photos.c.id).where(photos.c.id.in_(photo_ids))))
                if missing := sorted(set(photo_ids) - known):
                    raise CatalogError(f"no photo has the number {missing[0]}: index the file again")
            put_files(connection, self._volumes_to_write(connection), shown)

    def record_failures(self, failed: Iterable[FailedFile]) -> None:
        """Record why files cannot be used, in one transaction; a later success at the same path clears the record."""
        those = {one.stat.path: one for one in failed}
        with self._database.writing() as connection:
            volumes = self._volumes_to_write(connection)
            for volume_id, raw in volumes.grouped(those):
                connection.execute(delete(failures).where(failures.c.volume_id == volume_id, failures.c.path.in_(raw)))
            rows = [failure_row(volumes.spot(path), one) for path, one in those.items()]
            for some in chunks(rows):
                connection.execute(insert(failures), some)

    def failures(self, root: Path | None = None) -> list[FailedFile]:
        """Return every file that could not be used, below a root or everywhere, by path."""
        with self._database.reading() as connection:
            return _failures(connection, self._volumes(connection), root)

    def paths(self, photo_ids: Iterable[int], *, elsewhere: bool = True) -> dict[int, list[Path]]:
        """Return the paths of photos: present files first, then missing ones. A photo without a file is left out.

        elsewhere: files that are not on this machine too, after those that are, by their path on another one.
        """
        found: dict[int, list[tuple[bool, bool, bytes]]] = {}
        with self._database.reading() as connection:
            volumes = self._volumes(connection)
            for ids in chunks(photo_ids):
                statement = select(files.c.photo_id, files.c.volume_id, files.c.path, files.c.missing)
                for photo_id, volume_id, raw, missing in connection.execute(statement.where(files.c.photo_id.in_(ids))):
                    away = volume_id not in volumes.here
                    if elsewhere or not away:
                        found.setdefault(photo_id, []).append((bool(missing), away, volumes.local(volume_id, raw)))
        return {photo_id: [path_from_bytes(raw) for *_, raw in sorted(theirs)] for photo_id, theirs in found.items()}

    def elsewhere(self, photo_ids: Iterable[int]) -> dict[int, list[Path]]:
        """Return by photo the paths of files that are not on this machine, present or missing, on another machine."""
        found: dict[int, list[Path]] = {}
        with self._database.reading() as connection:
            volumes = self._volumes(connection)
            for ids in chunks(photo_ids):
                statement = select(files.c.photo_id, files.c.volume_id, files.c.path)
                away = statement.where(files.c.photo_id.in_(ids), ~volumes.are_here(files)).order_by(files.c.path)
                for photo_id, volume_id, raw in connection.execute(away):
                    found.setdefault(photo_id, []).append(volumes.path(volume_id, raw))
        return found

    def present(self, photo_ids: Iterable[int]) -> dict[int, list[FileStat]]:
        """Return the present files of photos, as they were when last examined, by photo."""
        found: dict[int, list[FileStat]] = {}
        columns = files.c.photo_id, files.c.volume_id, files.c.path, files.c.size, files.c.mtime_ns
        with self._database.reading() as connection:
            volumes = self._volumes(connection)
            for ids in chunks(photo_ids):
                those = files.c.photo_id.in_(ids), ~files.c.missing, volumes.are_here(files)
                for photo_id, volume_id, raw, size, mtime_ns in connection.execute(select(*columns).where(*those)):
                    found.setdefault(photo_id, []).append(FileStat(volumes.path(volume_id, raw), size, mtime_ns))
        return found

    def copies(self) -> list[tuple[Path, ...]]:
        """Return groups of present files with the same content, each by path, in the order of their first paths."""
        groups: dict[int, list[bytes]] = {}
        with self._database.reading() as connection:
            volumes = self._volumes(connection)
            present = and_(~files.c.missing, volumes.are_here(files))
            several = select(files.c.photo_id).where(present).group_by(files.c.photo_id).having(func.count() > 1)
            statement = select(files.c.photo_id, files.c.volume_id, files.c.path).where(
                present, files.c.photo_id.in_(several)
            )
            for photo_id, volume_id, raw in connection.execute(statement):
                groups.setdefault(photo_id, []).append(volumes.local(volume_id, raw))
        return [tuple(map(path_from_bytes, group)) for group in sorted(map(sorted, groups.values()))]

    def below(self, folder: Path) -> list[tuple[Path, int]]:
        """Return every known file that is `folder` or below it, missing or not, by path, with its photo."""
        statement = select(files.c.volume_id, files.c.path, files.c.photo_id)
        with self._database.reading() as connection:
            volumes = self._volumes(connection)
            rows = connection.execute(statement.where(volumes.below(files, folder)))
            return _by_path(volumes, rows)

    def knows_any_below(self, folder: Path) -> bool:
        """Return whether a known file, on whichever machine, is shown as `folder` or below it."""
        with self._database.reading() as connection:
            shown = self._volumes(connection).shown_below(files, folder)
            return connection.scalar(select(files.c.id).where(shown).limit(1)) is not None

    def roots(self, *, elsewhere: bool = False) -> list[Path]:
        """Return the folders that were ever indexed, by path; those that are not on this machine if `elsewhere`."""
        with self._database.reading() as connection:
            volumes = self._volumes(connection)
            rows = connection.execute(select(roots.c.volume_id, roots.c.path))
            found = {volumes.local(*row) for row in rows if elsewhere or row.volume_id in volumes.here}
        return [path_from_bytes(raw) for raw in sorted(found)]

    def add_root(self, path: Path) -> None:
        """Record an indexed folder, if it is new."""
        with self._database.writing() as connection:
            volume_id, raw = self._volumes_to_write(connection).spot(path)
            known = select(roots.c.id).where(roots.c.volume_id == volume_id, roots.c.path == raw)
            if connection.scalar(known) is None:
                row = {"volume_id": volume_id, "path": raw, "display": storable(str(path))}
                connection.execute(insert(roots), [row])

    def missing(self) -> list[tuple[Path, int]]:
        """Return the missing files, by path, with their photos."""
        statement = select(files.c.volume_id, files.c.path, files.c.photo_id).where(files.c.missing)
        with self._database.reading() as connection:
            volumes = self._volumes(connection)
            rows = connection.execute(statement.where(volumes.are_here(files)))
            return _by_path(volumes, rows)

    def drop_missing(self, paths: Iterable[Path]) -> int:
        """Forget missing files and delete photos that no other file shows; return how many photos went."""
        with self._database.writing() as connection:
            for volume_id, raw in self._volumes(connection).grouped(paths):
                those = files.c.missing, files.c.volume_id == volume_id, files.c.path.in_(raw)
                connection.execute(delete(files).where(*those))
            return delete_unshown(connection)

    def drop_hidden(self, folders: Iterable[Path]) -> None:
        """Forget files of this machine in place of which it sees a share by now; `index` has looked at the share."""
        with self._database.writing() as connection:
            volumes = self._volumes(connection)
            for folder in folders:
                for hidden in volumes.hidden_below(files, folder):
                    connection.execute(delete(files).where(hidden))

    def mark_hidden(self, folders: Iterable[Path]) -> None:
        """Mark as missing what `drop_hidden` would forget: the share was surveyed, and its new files are queued."""
        with self._database.writing() as connection:
            volumes = self._volumes(connection)
            for folder in folders:
                for hidden in volumes.hidden_below(files, folder):
                    connection.execute(update(files).where(hidden).values(missing=True))

    def drop_marked(self) -> None:
        """Forget, for all machines, the files that `mark_hidden` marked: the queue is empty, so all are looked at."""
        with self._database.writing() as connection:
            for host in connection.scalars(select(mounts.c.host).distinct()).all():
                for hidden in volumes_of(connection, host).hidden_below(files, Path("/")):
                    connection.execute(delete(files).where(hidden, files.c.missing))

    def drop(self, paths: Iterable[Path], *, folders: Iterable[Path]) -> int:
        """Forget files, missing or not, and roots; delete photos that no other file shows, and return how many."""
        with self._database.writing() as connection:
            volumes = self._volumes(connection)
            for volume_id, raw in volumes.grouped(paths):
                for table in (files, failures):
                    connection.execute(delete(table).where(table.c.volume_id == volume_id, table.c.path.in_(raw)))
            for volume_id, raw in volumes.grouped(folders):
                connection.execute(delete(roots).where(roots.c.volume_id == volume_id, roots.c.path.in_(raw)))
            return delete_unshown(connection)


def put_files(connection: Connection, volumes: Volumes, shown: Iterable[tuple[FileStat, int]]) -> None:
    """Write which photo each file shows; mark the files as present, and drop failures at their paths."""
    rows = {stat.path: _stat_row(volumes.spot(stat.path), stat) | {"photo_id": photo_id} for stat, photo_id in shown}
    spots = {(row["volume_id"], row["path"]): row for row in rows.values()}
    for volume_id, paths in volumes.grouped(rows):
        at = files.c.volume_id == volume_id
        known = set(connection.scalars(select(files.c.path).where(at, files.c.path.in_(paths))))
        for path in known:
            changed = {name: spots[volume_id, path][name] for name in ("size", "mtime_ns", "photo_id")}
            connection.execute(update(files).where(at, files.c.path == path).values(**changed, missing=False))
        if new := [spots[volume_id, path] | {"missing": False} for path in paths if path not in known]:
            connection.execute(insert(files), new)
        connection.execute(delete(failures).where(failures.c.volume_id == volume_id, failures.c.path.in_(paths)))


def _by_path(volumes: Volumes, rows: Iterable[Any]) -> list[tuple[Path, int]]:
    """Return photos with the path of a file, by path; rows are volume, path there, photo."""
    found = sorted((volumes.local(volume_id, raw), photo_id) for volume_id, raw, photo_id in rows)
    return [(path_from_bytes(raw), photo_id) for raw, photo_id in found]


def _failures(connection: Connection, volumes: Volumes, root: Path | None) -> list[FailedFile]:
    columns = failures.c.volume_id, failures.c.path, failures.c.size, failures.c.mtime_ns
    statement = select(*columns, failures.c.reason, failures.c.detail).where(
        volumes.are_here(failures) if root is None else volumes.below(failures, root)
    )
    found = [
        FailedFile(FileStat(volumes.path(volume_id, raw), size, mtime_ns), reason, detail)
        for volume_id, raw, size, mtime_ns, reason, detail in connection.execute(statement)
    ]
    return sorted(found, key=lambda one: path_bytes(one.stat.path))


def failure_row(spot: Spot, failed: FailedFile) -> dict[str, object]:
    """Return the columns of a failure."""
    told = {"reason": failed.reason, "detail": storable(failed.detail), "failed_at": now()}
    return _stat_row(spot, failed.stat) | told


def _stat_row(spot: Spot, stat: FileStat) -> dict[str, object]:
    volume_id, raw = spot
    display = storable(str(stat.path))
    return {"volume_id": volume_id, "path": raw, "display": display, "size": stat.size, "mtime_ns": stat.mtime_ns}
