"""People's names: which are allowed, which count as the same, and which are close."""
# ruff: noqa: RUF001, RUF002 - Turkish letters are the matter here

import difflib
import unicodedata
from collections.abc import Iterable

from recog.errors import CatalogError, UnknownPersonError
from recog.store.people.invisible import without_invisible

_LONGEST = 200
_CLOSE = 3
"""How many close names the error for a misspelt name suggests."""
_TURKISH, _PERHAPS_TURKISH = frozenset("ıİğĞşŞ"), frozenset("ÇÖÜ")
_ACCENTS = frozenset(map(chr, range(0x300, 0x370)))
_PLAIN_LETTERS = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th"})
"""Letters that Unicode does not compose of a letter and an accent, such as those with a stroke."""


def checked_name(name: str) -> str:
    """Return the name as it is stored; raise CatalogError if it cannot be read or told from another name.

    Stored is NFC, with runs of white space as one space, and without invisible characters (see `without_invisible`).
    """
    clean = " ".join(without_invisible(name).split())
    if not clean:
        told = "an empty one is no name" if not name.strip() else f"{name!r} shows nothing"
        raise CatalogError(f"a person needs a name: {told}")
    if len(clean) > _LONGEST:
        raise CatalogError(f"a name has at most {_LONGEST} characters, this one has {len(clean)}: choose a shorter one")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in clean):
        raise CatalogError(f"the name {clean!r} holds characters that cannot be printed: leave them out")
    if any(unicodedata.category(word[0]).startswith("M") for word in clean.split(" ")):
        raise CatalogError(f"the name {clean!a} has an accent that stands on no letter: leave it out")
    return clean


def name_keys(name: str) -> tuple[str, ...]:
    """Return the keys to look a name up by: first as given, because a library may hold it so, then cleaned.

    Empty for text that no database stores.
    """
    if any(character == "\0" or unicodedata.category(character) == "Cs" for character in name):
        return ()
    return tuple(dict.fromkeys((name_key(name), name_key(without_invisible(name)))))


def name_key(name: str) -> str:
    """Return the key that spellings of one name share: case, composition of accents and white space do not matter.

    The key is lower case, not case-folded: folding would merge Weiß and Weiss, who may be two people. I and i are one
    letter, except in Turkish words, where I is ı and İ is i. A word counts as Turkish if it has ı, İ, ğ or ş; in
    capitals also if it has Ç, Ö or Ü, because it may be: KILIÇ is Kılıç, not Kiliç.
    """
    words = unicodedata.normalize("NFC", name).split()
    return unicodedata.normalize("NFC", " ".join(map(_lowered, words)))


def _lowered(word: str) -> str:
    turkish = set(word) & _TURKISH or (word.isupper() and set(word) & _PERHAPS_TURKISH)
    return (word.replace("I", "ı") if turkish else word).replace("İ", "i").lower()


def near_key(name: str) -> str:
    """Return the key that nearly equal names share: case-folded, without accents and variants of letters."""
    folded = unicodedata.normalize("NFKC", name).casefold().translate(_PLAIN_LETTERS)
    plain = "".join(one for one in unicodedata.normalize("NFD", folded) if one not in _ACCENTS)
    return " ".join(unicodedata.normalize("NFC", plain).split())


def near_name(name: str, known: Iterable[str]) -> str | None:
    """Return the first known name that is nearly equal to this one but not the same, or None."""
    key, near = name_key(name), near_key(without_invisible(name))
    return next((other for other in known if name_key(other) != key and near_key(other) == near), None)


def unknown_person(name: str, known: Iterable[str]) -> UnknownPersonError:
    """Make the error for an unknown name, with the names that may have been meant."""
    by_key = {name_key(other): other for other in known}
    if not by_key:
        return UnknownPersonError(f"nobody is called {name!r}, because nobody has a name yet", known=0)
    wanted = name_key(name)
    near = [key for key, other in by_key.items() if near_key(other) == near_key(name)]
    within = [key for key in by_key if set(wanted.split()) <= set(key.split())]
    close = dict.fromkeys([*sorted(near), *difflib.get_close_matches(wanted, by_key, n=_CLOSE), *sorted(within)])
    alike = tuple(by_key[key] for key in list(close)[:_CLOSE])
    meant = f"; did you mean {' or '.join(map(repr, alike))}?" if alike else ""
    return UnknownPersonError(f"nobody is called {name!r}{meant}", alike=alike, known=len(by_key))
