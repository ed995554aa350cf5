"""The key that identifies spellings of a name: lower case instead of case folding.

Why: case folding made Weiß the same as Weiss, and KILIÇ the same as Kiliç, so that two people became one. If two people
of a library have the same key now (İbrahim and Ibrahim), the second keeps the old key. People who were joined before
stay one person.
"""
# ruff: noqa: RUF001 - this migration is about Turkish letters

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
    """Give each person their new key unless somebody else has it, the oldest people first."""
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
    # Keys are unique even halfway, so use interim keys that no name can have: they hold a control character.
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
