"""People's names: which are allowed, which are the same, which are close."""

import difflib
import unicodedata
from collections.abc import Iterable

from recog.errors import CatalogError, UnknownPersonError

_LONGEST = 200


def checked_name(name: str) -> str:
    """The name as it is stored: NFC, runs of white space as one space; a CatalogError where nobody could read it."""
    clean = " ".join(unicodedata.normalize("NFC", name).split())
    if not clean:
        raise CatalogError("a person needs a name: an empty one is no name")
    if len(clean) > _LONGEST:
        raise CatalogError(f"a name has at most {_LONGEST} characters, this one has {len(clean)}: choose a shorter one")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in clean):
        raise CatalogError(f"the name {clean!r} holds characters that cannot be printed: leave them out")
    return clean


def name_key(name: str) -> str:
    """What two spellings of one name have in common: case, composition of accents and white space do not matter."""
    folded = unicodedata.normalize("NFC", name).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())


def unknown_person(name: str, known: Iterable[str]) -> UnknownPersonError:
    """The error that says who might have been meant."""
    by_key = {name_key(other): other for other in known}
    close = [by_key[key] for key in difflib.get_close_matches(name_key(name), by_key, n=3)]
    if close:
        return UnknownPersonError(f"nobody is called {name!r}; did you mean {' or '.join(map(repr, close))}?")
    return UnknownPersonError(f"nobody is called {name!r}: see `recog people list` for the {len(by_key)} known names")
