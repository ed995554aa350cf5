"""Why bytes of forgotten people could not be erased yet."""

from dataclasses import dataclass
from enum import StrEnum


class ErasedBy(StrEnum):
    """What erases bytes of forgotten people that could not be erased at once."""

    FIX = "fix"
    """A check with `fix`."""
    STATUS = "status"
    """Asking for the status, which opens the library."""


@dataclass(frozen=True, slots=True)
class PendingErasure:
    """Why bytes of forgotten people may still be there, what to do first, and what erases them then."""

    sentence: str
    first: str
    erased_by: ErasedBy
