"""The commands that run beside the server in tests.faults.beside, and what they acknowledge."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from recog.library.maintenance.doctor import examine
from tests.painted import BLUE, GREEN, RED, WHITE, PaintedLibrary, paint, painted_library

_FIRST = 12


@dataclass(frozen=True, slots=True)
class Ack:
    """An acknowledged act: its kind, and by role the names that no other act uses; or a photo, by `name`."""

    kind: str
    people: Mapping[str, str]


def told(kind: str, people: Mapping[str, str | None]) -> tuple[str, tuple[tuple[str, str | None], ...]]:
    """Return an act as a key."""
    return kind, tuple(sorted(people.items()))


def start_library(home: Path) -> None:
    """Make a library of painted photos in which Ann is enrolled."""
    for number in range(_FIRST):
        paint(home / "photos" / f"{number:04}.png", RED, GREEN, BLUE, WHITE, noise=number)
    with painted_library(home / "library") as library:
        library.index([home / "photos"])
        library.people.confirm("Ann", [1], new=True)


def faces_of(home: Path) -> list[int]:
    """Return the face numbers of the first photos."""
    with painted_library(home / "library") as library:
        network = library.networks.info.sha256
        return [int(face) for rows in library.context.catalog.embeddings.batches(network) for face in rows.face_ids]


def _index(library: PaintedLibrary, number: int, home: Path) -> Iterator[Ack]:
    path = paint(home / "photos" / f"new-{number}.png", RED, BLUE, noise=number)
    library.index([home / "photos"])
    yield Ack("photo", {"name": path.name})


def _confirm(library: PaintedLibrary, number: int, _home: Path) -> Iterator[Ack]:
    for one in range(3):
        name = f"C{number}-{one}"
        library.people.confirm(name, [1 + (number + one) % _FIRST], new=True)
        yield Ack("enrol", {"person": name})


def _merge(library: PaintedLibrary, number: int, _home: Path) -> Iterator[Ack]:
    source, target = f"M{number}-from", f"M{number}-to"
    for face, name in enumerate((source, target), start=1 + number % _FIRST):
        library.people.confirm(name, [face], new=True)
        yield Ack("enrol", {"person": name})
    library.people.merge(source, target)
    yield Ack("merge", {"source": source, "target": target})


def _split(library: PaintedLibrary, number: int, _home: Path) -> Iterator[Ack]:
    name = f"P{number}"
    library.people.confirm(name, [1, 2, 5, 6], new=True)
    yield Ack("enrol", {"person": name})
    library.people.split(name, threshold=0.1)


def _undo(library: PaintedLibrary, number: int, _home: Path) -> Iterator[Ack]:
    name = f"U{number}"
    library.people.confirm(name, [1 + number % _FIRST], new=True)
    yield Ack("enrol", {"person": name})
    library.people.undo()


def _forget(library: PaintedLibrary, number: int, home: Path) -> Iterator[Ack]:
    """Forget a person whose only face is on a photo of its own, in a colour that nobody else has."""
    path = paint(home / "forgotten" / f"{number}.png", (120, 120, 10), noise=number)
    library.people.enrol(f"F{number}", [path])
    library.people.forget(f"F{number}")
    yield Ack("photo", {"name": path.name})


def _backup(library: PaintedLibrary, number: int, home: Path) -> Iterator[Ack]:
    copy = home / "backups" / f"{number}.sqlite3"
    copy.parent.mkdir(exist_ok=True)
    library.maintenance.back_up(copy)
    copy.unlink()
    yield from ()


def _check(library: PaintedLibrary, number: int, _home: Path) -> Iterator[Ack]:
    library.maintenance.check(fix=number % 2 == 0)
    yield from ()


def _doctor(library: PaintedLibrary, _number: int, _home: Path) -> Iterator[Ack]:
    examine(library.context.settings, library.networks)
    yield from ()


def _status(library: PaintedLibrary, _number: int, _home: Path) -> Iterator[Ack]:
    library.status()
    yield from ()


def _style(library: PaintedLibrary, number: int, home: Path) -> Iterator[Ack]:
    from tests.library.styling.styled import QUICK, paint_style  # loads torch

    style = paint_style(home / "styles" / "stripes.png", GREEN)
    library.styles.run(
        [style], home / "library" / f"styled-{number}", photos=[home / "photos" / "0000.png"], settings=QUICK
    )
    yield from ()


COMMANDS: Mapping[str, Callable[[PaintedLibrary, int, Path], Iterator[Ack]]] = {
    "index": _index,
    "confirm": _confirm,
    "merge": _merge,
    "split": _split,
    "undo": _undo,
    "forget": _forget,
    "backup": _backup,
    "check": _check,
    "doctor": _doctor,
    "status": _status,
    "style": _style,
}
