"""Perform acts through the API on a full disk: `python -m tests.web.full_disk LIBRARY KILOBYTES_FREE`."""

import json
import sys
from pathlib import Path

from recog.web.access import Access
from recog.web.app import create_app
from recog.web.library import ServedLibrary
from recog.web.place import Place
from tests.full import fill
from tests.painted import painted_library
from tests.web.client import TOKEN, Client

PLACE = Place("127.0.0.1", 8765)
MOST_ACTS = 2000


def main() -> None:
    """Act until the disk is full, and once more after room was made."""
    library, left = Path(sys.argv[1]), int(sys.argv[2])
    filler = library.parent / "filler"
    with (
        ServedLibrary(painted_library(library)) as opened,
        Client(create_app(opened, access=Access(TOKEN), place=PLACE), PLACE) as client,
    ):

        def act(name: str) -> int:
            answer = client.act("/api/confirm", name=name, face_ids=[1], new=True)
            print(json.dumps([answer.status, answer.json]), flush=True)  # noqa: T201 - a program
            return answer.status

        assert client.get("/api/people").status == 200
        fill(filler, left)
        number = 0
        while act(f"{number}") == 200 and number < MOST_ACTS:
            number += 1
        filler.unlink()
        act("Room")


if __name__ == "__main__":
    main()
