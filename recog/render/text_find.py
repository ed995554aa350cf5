"""Photos of people, as text."""

from collections.abc import Sequence

from recog.library.people.photos_of import FoundPhotos
from recog.printable import printable


def found_text(found: FoundPhotos) -> str:
    """Write the first path of each photo, one a line."""
    return "\n".join(printable(one.paths[0]) for one in found.photos)


def nobody_text(found: FoundPhotos, words: Sequence[str], *, any_of: bool) -> str:
    """Say that no photo shows these people, or fits these words of a query."""
    names = [person.name for person in found.people]
    if [name.casefold() for name in names] != [word.casefold() for word in words]:
        return f"no photo fits {' '.join(words)!r}"
    if len(names) == 1:
        return f"no photo shows {names[0]}"
    whom = f"{', '.join(names[:-1])} {'or' if any_of else 'and'} {names[-1]}"
    return f"no photo shows {whom}{'' if any_of else ' together'}"
