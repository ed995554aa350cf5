"""Times in a video, in words."""

from math import ceil, floor

from recog.library.people.moments import Moment
from recog.types import Span

_MINUTE, _HOUR = 60, 3600


def clock(seconds: float) -> str:
    """Write '00:12', or '1:02:03' from an hour on."""
    whole = floor(seconds)
    minutes, rest = divmod(whole, _MINUTE)
    if whole < _HOUR:
        return f"{minutes:02d}:{rest:02d}"
    return f"{whole // _HOUR}:{minutes % _MINUTE:02d}:{rest:02d}"


def moment(part: Moment | Span) -> str:
    """Write '00:12-00:31': from the second in which it begins to that in which it has ended."""
    start, end = (part.first, part.last) if isinstance(part, Span) else (part.start, part.end)
    return f"{clock(start)}-{clock(ceil(end))}"
