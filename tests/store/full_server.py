"""Index into a server whose disk is full: `python -m tests.store.full_server MOUNTED HOME`.

MOUNTED is a small file system; the database lies on it, the server's log of changes does not, as on a machine with a
disk for each. Prints a JSON document: what was stored before, what recog said, and what is stored after there is room.
"""

import json
import sys
from pathlib import Path
from typing import Any

from recog.config import read_settings
from recog.errors import LibraryDiskError
from tests.full import fill
from tests.own_server import own_server
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint

MANY = 300


def state(library: PaintedLibrary) -> dict[str, Any]:
    """What is stored."""
    status = library.status()
    names = {person.name: (person.confirmed, person.matched) for person in library.people.all()}
    return {"photos": status.photos, "faces": status.faces, "names": names}


def main() -> None:
    """Store a little, fill the disk, index much, make room, and index again."""
    mounted, home = Path(sys.argv[1]), Path(sys.argv[2])
    few, many, filler = home / "few", home / "many", mounted / "filler"
    ada = paint(few / "ada.png", RED)
    paint(few / "both.png", RED, GREEN)
    for number in range(MANY):
        paint(many / f"{number}.png", BLUE, GREEN, noise=number + 1)
    with own_server() as server:
        (mounted / "space").mkdir(mode=0o700)
        server.execute(f"CREATE TABLESPACE small LOCATION '{mounted / 'space'}'")
        server.execute("CREATE DATABASE photos TABLESPACE small")
        with PaintedLibrary(read_settings(library=home / "library", database=server.url("photos"))) as library:
            library.index([few])
            library.people.enrol("Ada", [ada])
            told: dict[str, Any] = {"before": state(library)}
            fill(filler, 0)
            try:
                library.index([many])
            except LibraryDiskError as error:
                told["said"] = str(error)
            told["full"] = state(library)
            filler.unlink()
            report = library.index([many])
            told["failed"] = len(report.failed)
            told["after"] = state(library)
            told["sound"] = library.maintenance.check().ok
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
