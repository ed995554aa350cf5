"""Run one verb on a painted library, and print a line for each acknowledged result: the program that faults hit.

`python -m tests.faults.program VERB LIBRARY [FOLDER...]`. migrate-REVISION opens a library of that revision, erase a
library whose `forget` was killed half-way, prune a library with missing photos; others runs the remaining verbs. Exits
with 1 and a sentence on stderr for a RecogError.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from recog.errors import RecogError
from recog.library.maintenance.doctor import examine
from tests.painted import PaintedLibrary, painted_library

VANISHING, STAYING, NEWCOMER, GONE = "Zebulon", "Quetzal", "Yolanda", "Wilhelmina"


def acknowledge(what: str) -> None:
    """Report that something is durable: with writev, so that faults in `write` hit only the files of the library."""
    os.writev(1, [f"{what}\n".encode()])


def act(library: PaintedLibrary, verb: str, folders: list[Path]) -> None:
    """Run a verb; what is acknowledged must survive anything."""
    run = VERBS["migrate" if verb.startswith("migrate-") else verb]
    run(library, folders)
    if run is not _index_each:
        acknowledge(verb)


def _index_each(library: PaintedLibrary, folders: list[Path]) -> None:
    for folder in folders:
        library.index([folder])
        acknowledge(folder.name)


def _enrol(library: PaintedLibrary, folders: list[Path]) -> None:
    library.people.enrol(NEWCOMER, [folders[0] / "blue.png"])


def _merge(library: PaintedLibrary, _folders: list[Path]) -> None:
    library.people.merge(VANISHING, STAYING)


def _forget(library: PaintedLibrary, _folders: list[Path]) -> None:
    library.people.forget(VANISHING)


def _erase(library: PaintedLibrary, _folders: list[Path]) -> None:
    """Opening the library erases what a killed `forget` left."""
    for person in library.people.all():
        acknowledge(person.name)


def _cluster(library: PaintedLibrary, _folders: list[Path]) -> None:
    library.groups.cluster(threshold=0.5)


def _prune(library: PaintedLibrary, _folders: list[Path]) -> None:
    library.photos.prune()


def _restore(library: PaintedLibrary, folders: list[Path]) -> None:
    library.maintenance.restore(folders[0].parent / "backup.sqlite3")


def _style(library: PaintedLibrary, folders: list[Path]) -> None:
    from tests.library.styling.styled import QUICK  # loads torch

    out = library.context.settings.library / "styled"
    library.styles.run([folders[0] / "blue.png"], out, photos=[folders[0] / "orange.png"], settings=QUICK)


def _migrate(library: PaintedLibrary, folders: list[Path]) -> None:
    library.people.all()
    library.index(folders)  # finds what the older revision did not know of the photos


def _run_others(library: PaintedLibrary, folders: list[Path]) -> None:
    """Run the verbs that no fault is injected into, one after the other in one process."""
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


VERBS: dict[str, Callable[[PaintedLibrary, list[Path]], None]] = {
    "create": _index_each,
    "index": _index_each,
    "enrol": _enrol,
    "merge": _merge,
    "forget": _forget,
    "erase": _erase,
    "cluster": _cluster,
    "prune": _prune,
    "others": _run_others,
    "restore": _restore,
    "style": _style,
    "migrate": _migrate,
}


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
