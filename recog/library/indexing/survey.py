"""Compare folders with the catalog by file stats alone: what is new, changed, unchanged, gone."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from recog.errors import NoPhotosFoundError, PhotoError, WayOut
from recog.library.indexing.results import FailedPhoto, PassedOver
from recog.library.inputs import is_there
from recog.photos import PASSING_REASONS, extra_of, find_photos
from recog.store.records import KnownFile
from recog.types import FileStat


@dataclass(frozen=True, slots=True)
class Survey:
    """What a walk over some roots found.

    todo: files to open, new or changed. returned: unchanged files that were marked missing. unreadable counts unchanged
    files that were refused for good, unchanged the rest. gone: known files that are no longer there. suspended: roots
    without a single photo of which files are known (unmounted, most likely): nothing of theirs counts as gone. failed:
    folders and files that could not be walked. again counts the unchanged files of todo, which another detector or
    network processed. passed_over counts pictures that are not read here, by suffix.
    """

    todo: tuple[FileStat, ...]
    returned: tuple[KnownFile, ...]
    unchanged: int
    unreadable: int
    gone: tuple[Path, ...]
    suspended: tuple[Path, ...]
    failed: tuple[FailedPhoto, ...]
    passed_over: tuple[PassedOver, ...] = ()
    again: int = 0

    @property
    def total(self) -> int:
        """The number of photo files found."""
        return len(self.todo) + len(self.returned) + self.unchanged + self.unreadable


def survey(roots: Mapping[Path, Mapping[Path, KnownFile]], *, exclude: Sequence[str], verify: bool) -> Survey:
    """Walk each root, given the files that the catalog knows below it.

    With verify every file is to be opened, whatever its size and time say. Raises NoPhotosFoundError if a root holds no
    photo and the catalog knows none below it.
    """
    failed: dict[Path, FailedPhoto] = {}
    suspended: list[Path] = []
    todo: dict[Path, FileStat] = {}
    returned: dict[Path, KnownFile] = {}
    unchanged: set[Path] = set()
    unreadable: set[Path] = set()
    gone: set[Path] = set()
    passed: set[Path] = set()
    again: set[Path] = set()
    for root, known in roots.items():
        found = _walk(root, exclude, failed, passed)
        if not found:
            if not known:
                raise _nothing(root, exclude, passed)
            suspended.append(root)
            continue
        for stat in found:
            file = known.get(stat.path)
            if file is None or verify or stat != file.stat:
                todo[stat.path] = stat
            elif file.failure is not None and file.failure not in PASSING_REASONS:
                unreadable.add(stat.path)
            elif not file.current:
                todo[stat.path] = stat
                if file.photo_id is not None:
                    again.add(stat.path)
            elif file.missing:
                returned[stat.path] = file
            else:
                unchanged.add(stat.path)
        seen = {stat.path for stat in found}
        gone |= {path for path, file in known.items() if not file.missing and path not in seen and is_gone(path)}
    return Survey(
        tuple(todo.values()),
        tuple(returned.values()),
        len(unchanged),
        len(unreadable),
        tuple(sorted(gone)),
        tuple(suspended),
        tuple(failed.values()),
        _counted(passed),
        len(again),
    )


def refuse_absent(roots: Iterable[Path]) -> None:
    """Raise NoPhotosFoundError if a root is not there; a library that does not exist yet knows nothing below it."""
    for root in roots:
        if not is_there(root):
            raise _nothing(root, (), ())


def _counted(passed: Iterable[Path]) -> tuple[PassedOver, ...]:
    """Count pictures by suffix in lower case, the most frequent first."""
    suffixes = Counter(path.suffix.lower() for path in passed)
    ordered = sorted(suffixes.items(), key=lambda one: (-one[1], one[0]))
    return tuple(PassedOver(suffix, count, extra_of(suffix)) for suffix, count in ordered)


def _nothing(root: Path, exclude: Sequence[str], passed: Iterable[Path]) -> NoPhotosFoundError:
    if not is_there(root):
        return NoPhotosFoundError(f"there is no folder {root}: look how it is spelt, and whether its disk is mounted")
    if extras := sorted({one.extra for one in _counted(passed) if one.extra is not None}):
        return NoPhotosFoundError(
            f"{root} holds no photo that this installation reads, but some that an extra reads: "
            f"pip install 'recog[{','.join(extras)}]'"
        )
    nothing = f"{root} holds no photo that recog reads"
    if exclude:
        return NoPhotosFoundError(nothing, way_out=WayOut.EXCLUDE_LESS)
    return NoPhotosFoundError(f"{nothing}: name another folder")


def _walk(root: Path, exclude: Sequence[str], failed: dict[Path, FailedPhoto], passed: set[Path]) -> list[FileStat]:
    def report(path: Path, error: PhotoError) -> None:
        failed[path] = FailedPhoto(path, error.reason, str(error))

    try:
        return list(find_photos(root, exclude=exclude, on_error=report, on_passed_over=passed.add, videos=True))
    except NoPhotosFoundError:
        return []


def is_gone(path: Path) -> bool:
    """Return whether the system clearly says that there is no such file; an unreadable folder does not count."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
