"""Photos of people, as text."""

from recog.library.people.photos_of import FoundPhotos
from recog.printable import printable


def found_text(found: FoundPhotos) -> str:
    """Write the first path of each photo, one a line."""
    return "\n".join(printable(one.paths[0]) for one in found.photos)


def nobody_text(found: FoundPhotos, *, any_of: bool) -> str:
    """Say that no photo shows them."""
    names = [person.name for person in found.people]
    if len(names) == 1:
        return f"no photo shows {names[0]}"
    whom = f"{', '.join(names[:-1])} {'or' if any_of else 'and'} {names[-1]}"
    return f"no photo shows {whom}{'' if any_of else ' together'}"
