"""What an account is shown of a catalog: temporary views that stand before the tables of the same names.

Both engines resolve a name to a temporary view before a table, so every statement on such a connection, whoever wrote
it, sees the account's part alone. See docs/decisions/withheld-people.md.
"""
# ruff: noqa: S608 - the statements hold names of tables and the number of an account

from collections.abc import Iterator
from typing import Any

_PEOPLE = "SELECT person_id FROM {base}.withheld_people WHERE account_id = {account}"
_UNMATCHED = (
    "SELECT f.photo_id FROM {base}.faces f JOIN {base}.embeddings e ON e.face_id = f.id "
    f"WHERE EXISTS ({_PEOPLE}) AND e.id > (SELECT MAX(last_embedding_id) FROM {{base}}.matchings)"
)
"""Photos that came since faces were last named: they may show anybody."""
_PHOTOS = (
    "SELECT f.photo_id FROM {base}.faces f JOIN {base}.assignments a ON a.face_id = f.id "
    f"WHERE a.person_id IN ({_PEOPLE}) UNION {_UNMATCHED}"
)
_FACES = f"SELECT id FROM {{base}}.faces WHERE photo_id IN ({_PHOTOS})"
_OF_PERSON = f"person_id NOT IN ({_PEOPLE})"
_OF_PHOTO = f"photo_id NOT IN ({_PHOTOS})"
_OF_FACE = f"face_id NOT IN ({_FACES})"
_NOTHING = "1 = 0"

SHOWN_ROWS = {
    "people": f"id NOT IN ({_PEOPLE})",
    "chosen_covers": f"{_OF_PERSON} AND {_OF_FACE}",
    "births": _OF_PERSON,
    "never_shared": _OF_PERSON,
    "assignments": _OF_FACE,
    "rejections": f"{_OF_PERSON} AND {_OF_FACE}",
    "ignored_faces": _OF_FACE,
    "distinct_people": f"{_OF_PERSON} AND other_id NOT IN ({_PEOPLE})",
    "twins": f"{_OF_PERSON} AND other_id NOT IN ({_PEOPLE})",
    "photos": f"id NOT IN ({_PHOTOS})",
    "processings": _OF_PHOTO,
    "files": _OF_PHOTO,
    "faces": _OF_PHOTO,
    "thumbnails": _OF_FACE,
    "map_places": _OF_FACE,
    "embeddings": _OF_FACE,
    "events": _NOTHING,
    "accounts": _NOTHING,
    "withheld_people": _NOTHING,
    "albums": _NOTHING,
    "album_outputs": _NOTHING,
    "cluster_runs": _NOTHING,
    "clusters": _NOTHING,
    "cluster_faces": _NOTHING,
    "failures": _NOTHING,
    "forgotten_boxes": _NOTHING,
    "jobs": _NOTHING,
    "style_jobs": _NOTHING,
    "style_shares": _NOTHING,
}
"""The rows of each table that an account is shown, as a condition."""
SHOWN_WHOLE = frozenset(
    {
        "library", "detectors", "networks", "volumes", "mounts", "roots", "matchings", "removals", "pending_erasures",
        "sightings",
    }
)  # fmt: skip
"""Tables that tell nothing of people or photos. A table in neither set fails tests/library/accounts/test_seen.py."""


def view_statements(account_id: int, *, base: str) -> Iterator[str]:
    """Yield the statements that make an account's views; base is the schema of the tables, quoted."""
    for table, condition in SHOWN_ROWS.items():
        shown = condition.format(base=base, account=int(account_id))
        yield f"CREATE TEMPORARY VIEW {table} AS SELECT * FROM {base}.{table} WHERE {shown}"


def show_to_account(raw: Any, account_id: int, *, of_file: bool = False) -> None:
    """Let a new connection of the driver show what an account may see, and write nothing.

    of_file: it is SQLite's.
    """
    if of_file:
        for statement in view_statements(account_id, base="main"):
            raw.execute(statement).close()
        raw.execute("PRAGMA query_only=ON").close()
        return
    with raw.cursor() as cursor:
        (base,) = cursor.execute("SELECT quote_ident(current_schema())").fetchone()
        for statement in view_statements(account_id, base=base):
            cursor.execute(statement)
        cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
    raw.commit()
