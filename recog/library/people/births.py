"""Days of birth: which are possible."""

from datetime import UTC, date, datetime, timedelta

from recog.errors import CatalogError

EARLIEST = date(1800, 1, 1)
"""Before this nobody was born who is on a photo."""


def checked_birth(born: date | None) -> date | None:
    """Return the day; CatalogError if nobody on a photo can have been born then."""
    if born is None:
        return None
    latest = datetime.now(UTC).date() + timedelta(days=1)  # somewhere it is tomorrow already
    if not EARLIEST <= born <= latest:
        raise CatalogError(f"nobody on a photo was born on {born}: give a day from {EARLIEST} to today")
    return born
