"""Shared pictures, as text."""

from collections.abc import Sequence

from recog.library.sharing.results import SharedPhoto, SharedPhotos
from recog.printable import printable
from recog.render.figures import count
from recog.types import Person


def shared(result: SharedPhotos) -> str:
    """Write each picture with who is visible on it, then what was refused, and a password that recog made."""
    lines = [_line(one) for one in result.shared]
    lines += [f"Not shared: {printable(one.photo)}: {one.detail}" for one in result.refused]
    lines.append(f"Wrote {count(len(result.shared), 'picture')} to {printable(result.out)}.")
    if result.password is not None:
        lines.append(f"Password: {result.password} (it is kept nowhere; send it another way than the page)")
    return "\n".join(lines)


def never_shared(people: Sequence[Person]) -> str:
    """Write who is never shared, one a line."""
    return "\n".join(printable(one.name) for one in people) or "Everybody may be shared."


def shareable_line(person: Person, *, shareable: bool) -> str:
    """Write whether a person may be shared."""
    if shareable:
        return f"{printable(person.name)} may be shared."
    return f"{printable(person.name)} is never shared: pictures for others cover the face, or are refused."


def _line(one: SharedPhoto) -> str:
    kept = ", ".join(map(printable, one.kept)) or "nobody with a name"
    stronger = f", {one.stronger:,} of them more strongly" if one.stronger else ""
    covered = f"{count(one.covered, 'face')} covered{stronger}"
    return f"{printable(one.photo)} -> {one.file}: shows {kept}; {covered}"
