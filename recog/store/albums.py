"""Albums: queries with a name, whose photos are kept up in folders and files.

A query is stored with the numbers of its people in the place of their names, so it follows renames. A person who was
merged into another one stays in the query: the history tells who it is now, and an undone merge is undone here too.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select

from recog.errors import AlbumError
from recog.query.conditions import Condition, people_in
from recog.query.reading import read_query
from recog.query.writing import written
from recog.store.connection.database import Database
from recog.store.people.names import checked_name, name_key
from recog.store.schema.encoding import now, path_bytes, path_from_bytes
from recog.store.schema.tables import album_outputs, albums, events, people

_NUMBER = "#"
"""Stands before the number of a person in a stored query."""


class AlbumForm(StrEnum):
    """How the photos of an album are kept up on a disk."""

    LINKS = "links"
    """A folder of symbolic links."""
    HARD_LINKS = "hard-links"
    LIST = "list"
    """A playlist of paths (M3U)."""
    JSON = "json"
    FEED = "feed"
    """An Atom feed of the latest photos."""


@dataclass(frozen=True, slots=True)
class AlbumOutput:
    """A folder or a file on this machine that is kept up."""

    form: AlbumForm
    path: Path


@dataclass(frozen=True, slots=True)
class Album:
    """A query with a name. condition names today's people. confirmed: only faces that a user named count.

    outputs are those on this machine.
    """

    id: int
    name: str
    condition: Condition
    confirmed: bool
    made_at: str
    outputs: tuple[AlbumOutput, ...]


class Albums:
    """The catalog's albums."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, condition: Condition, *, confirmed: bool, outputs: Sequence[AlbumOutput]) -> Album:
        """Add an album; AlbumError if its name or one of its outputs is taken."""
        clean = checked_name(name)
        query = written(condition, {one: f"{_NUMBER}{one}" for one in people_in(condition)})
        with self._database.writing() as connection:
            if connection.scalar(select(albums.c.id).where(albums.c.name_key == name_key(clean))) is not None:
                raise AlbumError(f"there is an album {clean!r} already: choose another name, or remove it first")
            row = {
                "name": clean,
                "name_key": name_key(clean),
                "query": query,
                "confirmed": confirmed,
                "made_at": now(),
            }
            number = int(connection.execute(insert(albums).values(row).returning(albums.c.id)).scalar_one())
            for output in outputs:
                self._add_output(connection, number, output)
            return next(one for one in self._read(connection) if one.id == number)

    def _add_output(self, connection: Connection, album_id: int, output: AlbumOutput) -> None:
        host, path = self._database.host, path_bytes(output.path)
        here = (album_outputs.c.host == host) & (album_outputs.c.path == path)
        if connection.scalar(select(album_outputs.c.id).where(here)) is not None:
            raise AlbumError(f"{output.path} belongs to another album: name another place")
        row = {"album_id": album_id, "form": output.form.value, "host": host, "path": path}
        connection.execute(insert(album_outputs), [row])

    def all(self) -> list[Album]:
        """Return all albums by name."""
        with self._database.reading() as connection:
            return self._read(connection)

    def by_name(self, name: str) -> Album:
        """Return an album by name, ignoring case; AlbumError if there is none."""
        wanted = name_key(name)
        found = self.all()
        album = next((one for one in found if name_key(one.name) == wanted), None)
        if album is None:
            known = ", ".join(repr(one.name) for one in found[:5]) or "there is none yet"
            raise AlbumError(f"there is no album {name!r}: known ones: {known}")
        return album

    def remove(self, album_id: int) -> None:
        """Remove an album; what is on the disk stays."""
        with self._database.writing() as connection:
            connection.execute(delete(albums).where(albums.c.id == album_id))

    def _read(self, connection: Connection) -> list[Album]:
        rows = connection.execute(select(albums).order_by(albums.c.name_key)).all()
        if not rows:
            return []
        numbers = _Numbers(_standing(connection))
        here = select(album_outputs).where(album_outputs.c.host == self._database.host).order_by(album_outputs.c.id)
        outputs: dict[int, list[AlbumOutput]] = {}
        for row in connection.execute(here):
            output = AlbumOutput(AlbumForm(row.form), path_from_bytes(row.path))
            outputs.setdefault(row.album_id, []).append(output)
        return [
            Album(
                row.id,
                row.name,
                read_query(row.query, numbers).condition,
                bool(row.confirmed),
                row.made_at,
                tuple(outputs.get(row.id, ())),
            )
            for row in rows
        ]


class _Numbers:
    """The numbers of people as names of a query; recog.query.reading.Names."""

    longest = 1

    def __init__(self, standing: dict[int, int]) -> None:
        self._standing = standing

    def called(self, text: str) -> int | None:
        """Return who the person of this number is today."""
        if not text.startswith(_NUMBER) or not text[1:].isdecimal():
            return None
        return standing_as(int(text[1:]), self._standing)

    def partly(self, text: str) -> Sequence[str]:  # noqa: ARG002 - a number is whole
        """Return nobody."""
        return ()

    def alike(self, text: str) -> tuple[str, ...]:  # noqa: ARG002 - likewise
        """Return nobody."""
        return ()


def standing_as(person_id: int, standing: dict[int, int]) -> int:
    """Follow the merges of a person that stand."""
    while person_id in standing:
        person_id = standing[person_id]
    return person_id


def _standing(connection: Connection) -> dict[int, int]:
    """Return into whom people were merged who are gone, by number; undone merges are left out."""
    there = set(connection.scalars(select(people.c.id)))
    merges = (
        select(events.c.payload).where(events.c.kind == "merge", events.c.undone_at.is_(None)).order_by(events.c.id)
    )
    found = {}
    for payload in connection.scalars(merges):
        roles = json.loads(payload)["people"]
        if (source := roles["source"]["id"]) not in there:
            found[source] = roles["target"]["id"]
    return found


def drop_albums_of(connection: Connection, person_id: int, name: str) -> None:
    """Delete albums whose query or name tells of a person who is to be forgotten, before the history is scrubbed."""
    numbers = _Numbers(_standing(connection))
    gone = [
        row.id
        for row in connection.execute(select(albums))
        if person_id in people_in(read_query(row.query, numbers).condition) or name_key(name) in row.name_key
    ]
    connection.execute(delete(albums).where(albums.c.id.in_(gone)))


def named_in(found: Iterable[Album], person_id: int, name: str) -> list[Album]:
    """Return the albums that `drop_albums_of` deletes."""
    key = name_key(name)
    return [one for one in found if person_id in people_in(one.condition) or key in name_key(one.name)]
