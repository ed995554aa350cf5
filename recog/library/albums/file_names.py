"""Names of files that every system allows, each once in a folder or an archive."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from recog.printable import printable

_ON_NO_DISK = re.compile(r'[<>:"/\\|?*]')
"""Characters that some system does not allow in the name of a file."""


class FreeNames:
    """Names in one place: each once, also where a system takes large and small letters for the same."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {_key(name) for name in taken}
        self._tried: dict[str, int] = {}
        """The last number tried for a name, so that thousands of photos of one name take no more time each."""

    def of(self, name: str) -> str:
        """Return the name as every system allows it, with a number if it is taken."""
        clean = _ON_NO_DISK.sub("_", printable(name)).rstrip(". ") or "photo"
        path, wanted = Path(clean), _key(clean)
        while _key(clean) in self._taken:
            self._tried[wanted] = self._tried.get(wanted, 1) + 1
            clean = f"{path.stem} ({self._tried[wanted]}){path.suffix}"
        self._taken.add(_key(clean))
        return clean


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
