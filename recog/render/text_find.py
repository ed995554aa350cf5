"""Photos of people, as text."""

from collections.abc import Sequence

from recog.library.people.clips import WrittenClips
from recog.library.people.moments import by_photo
from recog.library.people.photos_of import FoundPhotos
from recog.printable import printable
from recog.render.clock import moment


def found_text(found: FoundPhotos) -> str:
    """Write the first path of each photo, one a line; of a video, a line for each moment, as 'clip.mp4 00:12-00:31'."""
    moments = by_photo(found.moments)
    lines = []
    for one in found.photos:
        path = printable(one.paths[0])
        lines += [f"{path} {moment(part)}" for part in moments.get(one.photo.id, ())] or [path]
    return "\n".join(lines)


def clips_text(clips: WrittenClips) -> str:
    """Write the clips that were written, one a line."""
    return "\n".join(printable(path) for path in clips.written)


def nobody_text(found: FoundPhotos, words: Sequence[str], *, any_of: bool) -> str:
    """Say that no photo shows these people, or fits these words of a query."""
    names = [person.name for person in found.people]
    if [name.casefold() for name in names] != [word.casefold() for word in words]:
        return f"no photo fits {' '.join(words)!r}"
    if len(names) == 1:
        return f"no photo shows {names[0]}"
    whom = f"{', '.join(names[:-1])} {'or' if any_of else 'and'} {names[-1]}"
    return f"no photo shows {whom}{'' if any_of else ' together'}"
