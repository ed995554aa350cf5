"""What a query asks of a photo, as plain values; recog.store.photos.fitting writes them as SQL."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Shows:
    """The photo shows this person."""

    person_id: int


@dataclass(frozen=True, slots=True)
class Only:
    """The photo shows all of these people, and no other face; ignored faces do not count."""

    person_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Nameless:
    """The photo shows a face without a name that is not ignored."""


@dataclass(frozen=True, slots=True)
class FaceCount:
    """The photo shows from `least` to `most` faces, None for no limit; ignored faces do not count."""

    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Taken:
    """The photo was taken from the day `since` to the day `until`, None for no limit, by its own local time.

    A photo whose only date is that of its file's last change does not fit.
    """

    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class InMonth:
    """The photo was taken in this month (1 to 12) of any year."""

    month: int


@dataclass(frozen=True, slots=True)
class Undated:
    """The photo has no date of its own."""


@dataclass(frozen=True, slots=True)
class InFolder:
    """A file of the photo is in a folder of this name, or below one.

    The name is that of a folder, of several one in the other (2019/Rome), or an absolute path. Upper and lower case of
    the letters a to z are the same.
    """

    name: str


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold."""

    condition: "Condition"


@dataclass(frozen=True, slots=True)
class Every:
    """All of at least two conditions hold; none of them is an Every itself."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one of two or more conditions holds; none of them is an Any itself."""

    conditions: tuple["Condition", ...]


Condition: TypeAlias = Shows | Only | Nameless | FaceCount | Taken | InMonth | Undated | InFolder | Not | Every | Any


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it was written, and the condition that it was read as."""

    text: str
    condition: Condition


def every(conditions: Iterable[Condition]) -> Condition:
    """Join at least one condition by "and"."""
    flat = [part for one in conditions for part in (one.conditions if isinstance(one, Every) else (one,))]
    return flat[0] if len(flat) == 1 else Every(tuple(flat))


def any_of(conditions: Iterable[Condition]) -> Condition:
    """Join at least one condition by "or"."""
    flat = [part for one in conditions for part in (one.conditions if isinstance(one, Any) else (one,))]
    return flat[0] if len(flat) == 1 else Any(tuple(flat))


def people_in(condition: Condition) -> tuple[int, ...]:
    """Return the numbers of the people whom a condition names, each once, in its order."""
    found: dict[int, None] = {}
    ahead = [condition]
    while ahead:
        match ahead.pop(0):
            case Shows(person_id):
                found[person_id] = None
            case Only(person_ids):
                found |= dict.fromkeys(person_ids)
            case Not(inner):
                ahead.insert(0, inner)
            case Every(parts) | Any(parts):
                ahead[:0] = parts
            case _:
                pass
    return tuple(found)
