"""By what two spellings of a name are one: lower case, no longer folded.

Why: folded, Weiß was Weiss and KILIÇ was Kiliç, so that two people became one. Where two people of a library have one
key now (İbrahim and Ibrahim), the second keeps the old one; people who were joined before stay one person.
"""
# ruff: noqa: RUF001 - Turkish letters are the matter here

import unicodedata
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    _set_keys(_lowered)


def downgrade() -> None:
    _set_keys(_folded)


def _set_keys(key_of: Callable[[str], str]) -> None:
    """Give everybody the new key that nobody else has, the oldest people first."""
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, name, name_key FROM people ORDER BY id")).all()
    wanted = {row.id: key_of(row.name) for row in rows}
    taken = {row.name_key for row in rows if wanted[row.id] == row.name_key}
    kept = {row.id: row.name_key for row in rows}
    for number, key in wanted.items():
        if key not in taken and key != kept[number]:
            taken.add(key)
            kept[number] = key
    changed = [row.id for row in rows if kept[row.id] != row.name_key]
    statement = sa.text("UPDATE people SET name_key = :key WHERE id = :number")
    # No key may be there twice, not even in between: no name holds a control character.
    for number in changed:
        connection.execute(statement, {"key": f"\x01{number}", "number": number})
    for number in changed:
        connection.execute(statement, {"key": kept[number], "number": number})


def _folded(name: str) -> str:
    folded = unicodedata.normalize("NFC", name).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())


def _lowered(name: str) -> str:
    words = unicodedata.normalize("NFC", name).split()
    return unicodedata.normalize("NFC", " ".join(map(_lowered_word, words)))


def _lowered_word(word: str) -> str:
    turkish = set(word) & set("ıİğĞşŞ") or (word.isupper() and set(word) & set("ÇÖÜ"))
    return (word.replace("I", "ı") if turkish else word).replace("İ", "i").lower()
