"""A run only reads photos, writes only to the library's directory, and opens no network connection."""

import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from socket import create_server

import pytest

from recog.errors import RecogError
from tests.faults.program import VANISHING
from tests.faults.tracing import Run, obstacle, run_traced
from tests.faults.world import VERBS, World
from tests.painted import painted_library

CHANGING = "open,openat,creat,mkdir,unlink,rmdir,unlinkat,rename,renameat,renameat2,link,symlink,chmod,truncate,connect"
_OPENED = re.compile(r'open(?:at)?\((?:AT_FDCWD, )?"([^"]+)", ([A-Z_|]+)')
_CHANGED = re.compile(
    r'(?:creat|mkdir|unlink|rmdir|unlinkat|rename\w*|link|symlink|chmod|truncate)\((?:\w+, )?"([^"]+)"'
)


@pytest.fixture(autouse=True)
def _traceable() -> None:
    if why := obstacle():
        pytest.skip(f"nothing can be traced: {why}")


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_writes_below_the_library_alone_and_calls_nobody(world: World, tmp_path: Path, verb: str) -> None:
    library = world.copy(verb, tmp_path / "library")
    before = originals(world)
    run = run_traced(world.arguments(verb, library), "-e", f"trace={CHANGING}")
    assert run.status == 0
    touched = written(run)
    assert touched, "a verb that writes nothing was not traced"
    assert [path for path in touched if path != "/dev/null" and not Path(path).is_relative_to(library)] == []
    assert [line for line in run.trace if "connect(" in line] == []
    assert originals(world) == before


@pytest.mark.parametrize("verb", [*VERBS, "others"])
def test_a_verb_leaves_the_files_of_the_catalog_to_sqlite(world: World, tmp_path: Path, verb: str) -> None:
    """Closing a second descriptor of the file would drop the locks that SQLite holds for other processes.

    `restore` locks the file and copies its log while nothing in its process has them open.
    """
    library = world.copy(verb, tmp_path / "library")
    run = run_traced(world.arguments(verb, library), "-e", "trace=open,openat,openat2,creat")
    assert run.status == 0, run.said
    names = {f"catalog.sqlite3{ending}" for ending in ("", "-wal", "-shm")}
    opened = [match for line in run.trace if (match := _OPENED.search(line)) and Path(match[1]).name in names]
    by_sqlite = [match for match in opened if "O_NOFOLLOW" in match[2]]
    assert by_sqlite, "nothing was traced"
    ours = [match[0] for match in opened if match not in by_sqlite and "O_EXCL" not in match[2]]
    assert len(ours) == (2 if verb == "restore" else 0), ours


def test_styling_writes_below_its_folder_and_its_library_and_leaves_nothing_else(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Except an empty temporary folder, which torch creates for its compiler."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(
        tempfile, "tempdir", None
    )  # the verb is started from here, and these remember an earlier answer
    monkeypatch.delenv("TORCHINDUCTOR_CACHE_DIR", raising=False)
    library = world.copy("style", tmp_path / "library")
    before = originals(world)
    run = run_traced(world.arguments("style", library), "-e", f"trace={CHANGING}")
    assert run.status == 0, run.said
    outside = [path for path in written(run) if path != "/dev/null" and not Path(path).is_relative_to(library)]
    assert [path for path in outside if not Path(path).is_relative_to(temporary)] == []
    assert [path for path in temporary.rglob("*") if not path.is_dir()] == []
    assert any((library / "styled").iterdir())
    # torch asks this machine's own name service for the user's name.
    assert [line for line in run.trace if "connect(" in line and "AF_UNIX" not in line] == []
    assert originals(world) == before


def test_everything_is_for_its_owner_alone_whatever_the_umask_says(world: World, tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        library = tmp_path / "library"
        assert run_traced(world.arguments("create", library), "-e", "trace=none").status == 0
    finally:
        os.umask(old)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (library, *library.rglob("*"))}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if not path.is_dir()} == {0o600}


def test_an_address_in_place_of_a_path_is_a_file_that_is_not_there_and_nobody_is_asked_for_it(
    world: World, tmp_path: Path
) -> None:
    with (
        create_server(("127.0.0.1", 0)) as server,
        painted_library(world.copy("index", tmp_path / "library")) as opened,
    ):
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/a.png"
        known = world.home / "known" / "blue.png"
        asked: list[Callable[[], object]] = [
            lambda: opened.index([address]),
            lambda: opened.people.enrol("Ann", [address]),
            lambda: opened.identify(address),
            lambda: opened.search(address),
            lambda: opened.verify(known, address),
            lambda: opened.maintenance.restore(Path(address)),
            lambda: opened.names.import_file(Path(address)),
        ]
        for ask in asked:
            with pytest.raises(RecogError):
                ask()
        with pytest.raises(BlockingIOError):
            server.accept()


def test_what_is_printed_tells_no_name_and_no_path(world: World, tmp_path: Path) -> None:
    """By default a verb prints only its answer, and there is no log."""
    run = run_traced(world.arguments("forget", world.copy("forget", tmp_path / "library")), "-e", "trace=none")
    assert run.said == ""
    assert VANISHING not in "".join(run.acknowledged)


def written(run: Run) -> list[str]:
    """Return the paths that were created, changed, or opened for writing."""
    opened = [match for line in run.trace if (match := _OPENED.search(line))]
    changed = [match[1] for line in run.trace if (match := _CHANGED.search(line))]
    return [match[1] for match in opened if re.search("O_WRONLY|O_RDWR|O_CREAT", match[2])] + changed


def originals(world: World) -> dict[Path, tuple[str, int, int]]:
    """Return bytes, time and mode of every photo."""
    photos = [path for name in ("known", "new", "newer", "left") for path in (world.home / name).iterdir()]
    found = {}
    for path in photos:
        status = path.stat()
        found[path] = (hashlib.sha256(path.read_bytes()).hexdigest(), status.st_mtime_ns, status.st_mode)
    return found
