"""Files: which are known, missing, or could not be used, and the indexed folders they are in."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import Column, ColumnElement, Connection, and_, delete, func, insert, select, true, update

from recog.errors import CatalogError
from recog.store.connection.database import Database
from recog.store.photos.removal import delete_unshown
from recog.store.records import FailedFile, KnownFile
from recog.store.schema.encoding import chunks, now, path_bytes, path_from_bytes, storable
from recog.store.schema.tables import detectors, failures, files, networks, photos, processings, roots
from recog.types import FileStat


class Files:
    """The catalog's files."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def under(self, root: Path, *, detector: str, network: str) -> dict[Path, KnownFile]:
        """Return every known file that is `root` or below it; current means processed by these two networks."""
        processed = (
            select(processings.c.photo_id)
            .join(networks, networks.c.id == processings.c.network_id)
            .join(detectors, detectors.c.id == processings.c.detector_id)
            .where(networks.c.sha256 == network, detectors.c.sha256 == detector)
            .subquery()
        )
        statement = (
            select(
                files.c.path,
                files.c.size,
                files.c.mtime_ns,
                files.c.photo_id,
                files.c.missing,
                processed.c.photo_id.is_not(None).label("current"),
            )
            .outerjoin(processed, processed.c.photo_id == files.c.photo_id)
            .where(below_folder(files.c.path, root))
        )
        with self._database.reading() as connection:
            known: dict[Path, KnownFile] = {}
            for raw, size, mtime_ns, photo_id, missing, current in connection.execute(statement):
                path = path_from_bytes(raw)
                known[path] = KnownFile(FileStat(path, size, mtime_ns), photo_id, bool(missing), bool(current))
            for failed in _failures(connection, root):
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
            if moved_from is not None:
                connection.execute(delete(files).where(files.c.path == path_bytes(moved_from)))
                connection.execute(delete(failures).where(failures.c.path == path_bytes(moved_from)))
            put_files(connection, [(stat, photo_id)])

    def mark_missing(self, paths: Iterable[Path]) -> int:
        """Mark files as missing, keep their photos, drop failures at these paths; return how many were newly marked."""
        marked = 0
        with self._database.writing() as connection:
            for raw in chunks(path_bytes(path) for path in paths):
                gone = update(files).where(files.c.path.in_(raw), ~files.c.missing).values(missing=True)
                marked += connection.execute(gone).rowcount
                connection.execute(delete(failures).where(failures.c.path.in_(raw)))
        return marked

    def link_all(self, shown: Sequence[tuple[FileStat, int]]) -> None:
        """Record that files show known photos, in one transaction; see `link`."""
        with self._database.writing() as connection:
            for photo_ids in chunks({photo_id for _, photo_id in shown}):
                known = set(connection.scalars(select(photos.c.id).where(photos.c.id.in_(photo_ids))))
                if missing := sorted(set(photo_ids) - known):
                    raise CatalogError(f"no photo has the number {missing[0]}: index the file again")
            put_files(connection, shown)

    def record_failures(self, failed: Iterable[FailedFile]) -> None:
        """Record why files cannot be used, in one transaction; a later success at the same path clears the record."""
        rows = {
            path_bytes(one.stat.path): _stat_row(one.stat)
            | {"reason": one.reason, "detail": storable(one.detail), "failed_at": now()}
            for one in failed
        }
        with self._database.writing() as connection:
            for paths in chunks(rows):
                connection.execute(delete(failures).where(failures.c.path.in_(paths)))
                connection.execute(insert(failures), [rows[path] for path in paths])

    def failures(self, root: Path | None = None) -> list[FailedFile]:
        """Return every file that could not be used, below a root or everywhere, by path."""
        with self._database.reading() as connection:
            return _failures(connection, root)

    def paths(self, photo_ids: Iterable[int]) -> dict[int, list[Path]]:
        """Return the paths of photos: present files first, then missing ones. A photo without a file is left out."""
        found: dict[int, list[Path]] = {}
        with self._database.reading() as connection:
            for ids in chunks(photo_ids):
                statement = (
                    select(files.c.photo_id, files.c.path)
                    .where(files.c.photo_id.in_(ids))
                    .order_by(files.c.missing, files.c.path)
                )
                for photo_id, raw in connection.execute(statement):
                    found.setdefault(photo_id, []).append(path_from_bytes(raw))
        return found

    def present(self, photo_ids: Iterable[int]) -> dict[int, list[FileStat]]:
        """Return the present files of photos, as they were when last examined, by photo."""
        found: dict[int, list[FileStat]] = {}
        with self._database.reading() as connection:
            for ids in chunks(photo_ids):
                statement = select(files.c.photo_id, files.c.path, files.c.size, files.c.mtime_ns).where(
                    files.c.photo_id.in_(ids), ~files.c.missing
                )
                for photo_id, raw, size, mtime_ns in connection.execute(statement):
                    found.setdefault(photo_id, []).append(FileStat(path_from_bytes(raw), size, mtime_ns))
        return found

    def copies(self) -> list[tuple[Path, ...]]:
        """Return groups of present files with the same content, each by path, in the order of their first paths."""
        groups: dict[int, list[Path]] = {}
        several = select(files.c.photo_id).where(~files.c.missing).group_by(files.c.photo_id).having(func.count() > 1)
        statement = select(files.c.photo_id, files.c.path).where(~files.c.missing, files.c.photo_id.in_(several))
        with self._database.reading() as connection:
            for photo_id, raw in connection.execute(statement.order_by(files.c.path)):
                groups.setdefault(photo_id, []).append(path_from_bytes(raw))
        return [tuple(group) for group in groups.values()]

    def below(self, folder: Path) -> list[tuple[Path, int]]:
        """Return every known file that is `folder` or below it, missing or not, by path, with its photo."""
        statement = (
            select(files.c.path, files.c.photo_id).where(below_folder(files.c.path, folder)).order_by(files.c.path)
        )
        with self._database.reading() as connection:
            return [(path_from_bytes(raw), photo_id) for raw, photo_id in connection.execute(statement)]

    def knows_any_below(self, folder: Path) -> bool:
        """Return whether a known file is `folder` or below it."""
        with self._database.reading() as connection:
            return connection.scalar(select(files.c.id).where(below_folder(files.c.path, folder)).limit(1)) is not None

    def roots(self) -> list[Path]:
        """Return the folders that were ever indexed, by path."""
        with self._database.reading() as connection:
            return [path_from_bytes(raw) for raw in connection.scalars(select(roots.c.path).order_by(roots.c.path))]

    def add_root(self, path: Path) -> None:
        """Record an indexed folder, if it is new."""
        raw = path_bytes(path)
        with self._database.writing() as connection:
            if connection.scalar(select(roots.c.id).where(roots.c.path == raw)) is None:
                connection.execute(insert(roots), [{"path": raw, "display": storable(str(path))}])

    def missing(self) -> list[tuple[Path, int]]:
        """Return the missing files, by path, with their photos."""
        statement = select(files.c.path, files.c.photo_id).where(files.c.missing).order_by(files.c.path)
        with self._database.reading() as connection:
            return [(path_from_bytes(raw), photo_id) for raw, photo_id in connection.execute(statement)]

    def drop_missing(self, paths: Iterable[Path]) -> int:
        """Forget missing files and delete photos that no other file shows; return how many photos went."""
        with self._database.writing() as connection:
            for raw in chunks(path_bytes(path) for path in paths):
                connection.execute(delete(files).where(files.c.missing, files.c.path.in_(raw)))
            return delete_unshown(connection)

    def drop(self, paths: Iterable[Path], *, folders: Iterable[Path]) -> int:
        """Forget files, missing or not, and roots; delete photos that no other file shows, and return how many."""
        with self._database.writing() as connection:
            for raw in chunks(path_bytes(path) for path in paths):
                connection.execute(delete(files).where(files.c.path.in_(raw)))
                connection.execute(delete(failures).where(failures.c.path.in_(raw)))
            for raw in chunks(path_bytes(folder) for folder in folders):
                connection.execute(delete(roots).where(roots.c.path.in_(raw)))
            return delete_unshown(connection)


def put_files(connection: Connection, shown: Iterable[tuple[FileStat, int]]) -> None:
    """Write which photo each file shows; mark the files as present, and drop failures at their paths."""
    rows = {path_bytes(stat.path): _stat_row(stat) | {"photo_id": photo_id} for stat, photo_id in shown}
    for paths in chunks(rows):
        known = set(connection.scalars(select(files.c.path).where(files.c.path.in_(paths))))
        for path in known:
            changed = {name: rows[path][name] for name in ("size", "mtime_ns", "photo_id")}
            connection.execute(update(files).where(files.c.path == path).values(**changed, missing=False))
        if new := [rows[path] | {"missing": False} for path in paths if path not in known]:
            connection.execute(insert(files), new)
        connection.execute(delete(failures).where(failures.c.path.in_(paths)))


def _failures(connection: Connection, root: Path | None) -> list[FailedFile]:
    statement = (
        select(failures.c.path, failures.c.size, failures.c.mtime_ns, failures.c.reason, failures.c.detail)
        .where(true() if root is None else below_folder(failures.c.path, root))
        .order_by(failures.c.path)
    )
    return [
        FailedFile(FileStat(path_from_bytes(raw), size, mtime_ns), reason, detail)
        for raw, size, mtime_ns, reason, detail in connection.execute(statement)
    ]


def below_folder(column: Column[bytes], root: Path) -> ColumnElement[bool]:
    """Match the path itself and paths below it, as a range of bytes: /a does not hold /ab, and the index is used."""
    raw = path_bytes(root)
    prefix = raw.rstrip(b"/") + b"/"
    after = prefix[:-1] + bytes([prefix[-1] + 1])
    return (column == raw) | and_(column >= prefix, column < after)


def _stat_row(stat: FileStat) -> dict[str, object]:
    display = storable(str(stat.path))
    return {"path": path_bytes(stat.path), "display": display, "size": stat.size, "mtime_ns": stat.mtime_ns}
