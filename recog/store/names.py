"""People's names: which are allowed, which are the same, which are close."""

import difflib
import unicodedata
from collections.abc import Iterable

from recog.errors import CatalogError, UnknownPersonError
from recog.store.invisible import without_invisible

_LONGEST = 200
_CLOSE = 3
"""Names told to whoever misspelt one."""


def checked_name(name: str) -> str:
    """The name as it is stored; a CatalogError where nobody could read it, or tell it from another.

    NFC, runs of white space as one space, and nothing that is not seen (see `without_invisible`).
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
    """Under which keys a name is looked for: as it is given, for a library may hold it so, then without the invisible.

    None of text that no database takes.
    """
    if any(character == "\0" or unicodedata.category(character) == "Cs" for character in name):
        return ()
    return tuple(dict.fromkeys((name_key(name), name_key(without_invisible(name)))))


def name_key(name: str) -> str:
    """What two spellings of one name have in common: case, composition of accents and white space do not matter."""
    folded = unicodedata.normalize("NFC", name).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())


def unknown_person(name: str, known: Iterable[str]) -> UnknownPersonError:
    """The error that says who might have been meant."""
    by_key = {name_key(other): other for other in known}
    if not by_key:
        return UnknownPersonError(
            f"nobody is called {name!r}, for nobody has a name yet: 'recog enrol NAME PHOTO' gives the first one"
        )
    wanted = name_key(name)
    within = [key for key in by_key if set(wanted.split()) <= set(key.split())]
    close = dict.fromkeys([*difflib.get_close_matches(wanted, by_key, n=_CLOSE), *sorted(within)])
    if close:
        meant = " or ".join(repr(by_key[key]) for key in list(close)[:_CLOSE])
        return UnknownPersonError(f"nobody is called {name!r}; did you mean {meant}?")
    return UnknownPersonError(f"nobody is called {name!r}: 'recog people list' shows the {len(by_key)} known names")
