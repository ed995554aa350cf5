"""The program that the faults happen to: one verb on a painted library, with a line for each thing it acknowledges.

`python -m tests.faults.program VERB LIBRARY [FOLDER...]`; migrate-REVISION opens a library of that revision, erase one
whose `forget` was killed half-way, prune one of whose photos some are gone; others runs the remaining verbs. Exits with
1 and a sentence on stderr for a RecogError.
"""

import os
import sys
from pathlib import Path

from recog.errors import RecogError
from recog.library.maintenance.doctor import examine
from tests.painted import PaintedLibrary, painted_library

VANISHING, STAYING, NEWCOMER, GONE = "Zebulon", "Quetzal", "Yolanda", "Wilhelmina"


def acknowledge(what: str) -> None:
    """Say that something is done for good: by writev, so that faults in `write` hit the library's files alone."""
    os.writev(1, [f"{what}\n".encode()])


def act(library: PaintedLibrary, verb: str, folders: list[Path]) -> None:  # noqa: C901, PLR0912 - a table
    """Run a verb; what is acknowledged must survive anything."""
    match verb:
        case "create" | "index":
            for folder in folders:
                library.index([folder])
                acknowledge(folder.name)
            return
        case "enrol":
            library.people.enrol(NEWCOMER, [folders[0] / "blue.png"])
        case "merge":
            library.people.merge(VANISHING, STAYING)
        case "forget":
            library.people.forget(VANISHING)
        case "erase":  # what a killed `forget` left is erased by whatever opens the library
            for person in library.people.all():
                acknowledge(person.name)
        case "cluster":
            library.groups.cluster(threshold=0.5)
        case "prune":
            library.photos.prune()
        case "others":
            _run_others(library, folders)
        case "restore":
            library.maintenance.restore(folders[0].parent / "backup.sqlite3")
        case "style":
            from tests.library.styling.styled import QUICK  # loads torch

            out = library.context.settings.library / "styled"
            library.styles.run([folders[0] / "blue.png"], out, photos=[folders[0] / "orange.png"], settings=QUICK)
        case _ if verb.startswith("migrate-"):
            library.people.all()
            library.index(folders)  # what that revision did not know of the photos yet
        case _:
            raise SystemExit(f"no verb {verb}")
    acknowledge(verb)


def _run_others(library: PaintedLibrary, folders: list[Path]) -> None:
    """Verbs that no fault is injected into, one after the other in one process."""
    library.status()
    library.maintenance.check(fix=True)
    examine(library.context.settings, library.networks)
    library.maintenance.back_up(library.context.settings.library / "copy.sqlite3")
    library.people.confirm(NEWCOMER, [1], new=True)
    library.people.undo()
    library.people.rename(VANISHING, NEWCOMER)
    library.identify(folders[0] / "blue.png")
    library.reports.duplicates()
    library.names.export(library.context.settings.library / "names.json")
    library.names.import_file(library.context.settings.library / "names.json")
    library.maintenance.rebuild_index()
    library.people.all()


def main() -> None:
    """Run one verb."""
    verb, directory, *folders = sys.argv[1:]
    try:
        with painted_library(Path(directory)) as library:
            act(library, verb, [Path(folder) for folder in folders])
    except RecogError as error:
        os.writev(2, [f"{error}\n".encode()])
        sys.exit(1)


if __name__ == "__main__":
    main()
