"""Where files are: in the volume of one machine, or in a share that machines mount at paths of their own.

The row of a file holds its volume and the bytes of its path there. In the volume of a machine this is the absolute path
there. In a share it is the path on the machine that was first to mount it: below `top`, where that machine has it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import ColumnElement, Connection, Table, and_, insert, or_, select

from recog.store.schema.encoding import chunks, path_bytes, path_from_bytes
from recog.store.schema.tables import mounts, volumes

Spot: TypeAlias = tuple[int, bytes]
"""The volume of a file, and its path there."""
NO_VOLUME = 0
"""Stands for the volume of a machine that has indexed nothing yet; volumes are numbered from 1."""


@dataclass(frozen=True, slots=True)
class Mount:
    """A share on this machine: `path` here is `top` in the rows of the share's files; neither ends with a slash."""

    volume_id: int
    path: bytes
    top: bytes


class Volumes:
    """The volumes as one machine sees them; those that are `here` are its own and the shares that it mounts."""

    def __init__(self, own: int, mounted: Sequence[Mount]) -> None:
        self.own = own
        self._mounts = sorted(mounted, key=lambda mount: len(mount.path), reverse=True)
        self._mount_of = {mount.volume_id: mount for mount in mounted}
        self.mounted = [mount.path for mount in mounted]
        self.here = frozenset({own, *self._mount_of})

    def spot(self, path: Path) -> Spot:
        """Return where the tables have a file that is at this path here."""
        raw = path_bytes(path)
        for mount in self._mounts:
            if (rest := rest_below(raw, mount.path)) is not None:
                return mount.volume_id, mount.top + rest or b"/"
        return self.own, raw

    def path(self, volume_id: int, raw: bytes) -> Path:
        """Return where a file is here; if its volume is not here, where another machine has it."""
        return path_from_bytes(self.local(volume_id, raw))

    def local(self, volume_id: int, raw: bytes) -> bytes:
        """Return `path` as bytes, by which lists are ordered."""
        mount = self._mount_of.get(volume_id)
        if mount is not None and (rest := rest_below(raw, mount.top)) is not None:
            return mount.path + rest or b"/"
        return raw

    def grouped(self, paths: Iterable[Path]) -> Iterator[tuple[int, list[bytes]]]:
        """Yield volumes with paths in them: as many at once as one statement may hold."""
        of_volume: dict[int, list[bytes]] = {}
        for volume_id, raw in map(self.spot, paths):
            of_volume.setdefault(volume_id, []).append(raw)
        for volume_id, raws in of_volume.items():
            for some in chunks(raws):
                yield volume_id, some

    def are_here(self, table: Table) -> ColumnElement[bool]:
        """Match rows whose volume is here."""
        return table.c.volume_id.in_(sorted(self.here))

    def below(self, table: Table, folder: Path) -> ColumnElement[bool]:
        """Match rows whose file is `folder` here, or below it."""
        raw = without_slash(path_bytes(folder))
        parts: list[ColumnElement[bool]] = []
        inside = [mount for mount in self._mounts if rest_below(mount.path, raw) is not None]
        parts += [table.c.volume_id == mount.volume_id for mount in inside]
        volume_id, there = self.spot(folder)
        hidden = [~within(table, volume_id, mount.path) for mount in inside if volume_id == self.own]
        parts.append(and_(within(table, volume_id, there), *hidden))
        return or_(*parts)

    def shown_below(self, table: Table, folder: Path) -> ColumnElement[bool]:
        """Match rows whose file is shown as `folder` or below it: `below`, and files elsewhere by their path there."""
        elsewhere = ~self.are_here(table) & _in_range(table, without_slash(path_bytes(folder)))
        return self.below(table, folder) | elsewhere

    def hidden_below(self, table: Table, folder: Path) -> list[ColumnElement[bool]]:
        """Match rows of the machine's own volume that a mount hides, below a folder; one condition a mount."""
        raw = without_slash(path_bytes(folder))
        inside = [mount.path for mount in self._mounts if rest_below(mount.path, raw) is not None]
        around = [raw for mount in self._mounts if rest_below(raw, mount.path)]
        return [within(table, self.own, hidden) for hidden in (*inside, *around)]


def volumes_of(connection: Connection, host: str) -> Volumes:
    """Return the volumes as a machine sees them."""
    own = connection.scalar(select(volumes.c.id).where(volumes.c.host == host))
    mounted = (
        select(mounts.c.volume_id, mounts.c.path, volumes.c.top)
        .join(volumes, volumes.c.id == mounts.c.volume_id)
        .where(mounts.c.host == host)
        .order_by(mounts.c.id)
    )
    found = [
        Mount(volume_id, without_slash(path), without_slash(top))
        for volume_id, path, top in connection.execute(mounted)
    ]
    return Volumes(NO_VOLUME if own is None else own, found)


def volumes_to_write(connection: Connection, host: str) -> Volumes:
    """Return the volumes as a machine sees them; it gets a volume of its own if it has none yet."""
    found = volumes_of(connection, host)
    if found.own != NO_VOLUME:
        return found
    connection.execute(insert(volumes).values(host=host))
    return volumes_of(connection, host)


def within(table: Table, volume_id: int, raw: bytes) -> ColumnElement[bool]:
    """Match rows of a volume at a path there, or below it."""
    return and_(table.c.volume_id == volume_id, _in_range(table, raw))


def rest_below(raw: bytes, top: bytes) -> bytes | None:
    """Return what of a path comes after `top`: empty or from a slash on; None if it is not below: /ab is not in /a.

    The path of / itself may be given as it is, or as nothing.
    """
    raw, top = without_slash(raw), without_slash(top)
    if raw == top:
        return b""
    return raw[len(top) :] if raw.startswith(top + b"/") else None


def _in_range(table: Table, raw: bytes) -> ColumnElement[bool]:
    """Match a path and those below it as a range of bytes, so that the index is used."""
    prefix = raw.rstrip(b"/") + b"/"
    after = prefix[:-1] + bytes([prefix[-1] + 1])
    return (table.c.path == raw) | and_(table.c.path >= prefix, table.c.path < after)


def without_slash(raw: bytes) -> bytes:
    """Return a path without a slash at its end; that of / is nothing."""
    return raw.rstrip(b"/")
