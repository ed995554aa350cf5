"""The writer lock."""

import fcntl
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from recog.errors import CatalogError, LibraryBusyError
from recog.store.writer_lock import WriterLock, lock_owner
from tests.full import files_of_at_most

HOLD = """
import sys, time
from pathlib import Path
from recog.store.writer_lock import WriterLock
with WriterLock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_writer_is_told_who_the_first_one_is_until_it_dies(tmp_path: Path) -> None:
    owner = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    assert owner.stdout.readline() == "held\n"
    with pytest.raises(LibraryBusyError, match=rf"another recog \(pid {owner.pid}\) is writing to {tmp_path}"):
        WriterLock(tmp_path).__enter__()
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    with WriterLock(tmp_path):
        assert (tmp_path / "writer.lock").read_text().strip().isdigit()


def test_the_lock_can_be_taken_again_after_it_was_given_back(tmp_path: Path) -> None:
    lock = WriterLock(tmp_path)
    with lock, pytest.raises(LibraryBusyError):
        WriterLock(tmp_path).__enter__()
    with lock:
        assert (tmp_path / "writer.lock").is_file()


def test_the_lock_is_private(tmp_path: Path, loose_umask: None) -> None:
    with WriterLock(tmp_path / "library"):
        assert stat.S_IMODE((tmp_path / "library" / "writer.lock").stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / "library").stat().st_mode) == 0o700


def test_a_place_where_nobody_can_write_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(CatalogError, match=r"writer.lock cannot be opened"):
        WriterLock(tmp_path / "file" / "library").__enter__()


def test_whoever_looks_for_the_owner_refuses_no_writer(tmp_path: Path) -> None:
    """The look takes the lock for a moment; a writer that starts in it must not be told of a writer that is none."""
    with WriterLock(tmp_path):
        assert lock_owner(tmp_path) == str(os.getpid())
    look = os.open(tmp_path / "writer.lock", os.O_RDONLY)
    fcntl.flock(look, fcntl.LOCK_SH)
    end = threading.Timer(0.03, os.close, [look])
    end.start()
    with WriterLock(tmp_path):
        assert lock_owner(tmp_path) == str(os.getpid())
    end.join()
    assert lock_owner(tmp_path) is None


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no /proc: what stays open is not counted")
def test_looking_and_being_refused_leaves_nothing_open(tmp_path: Path) -> None:
    def opened() -> int:
        return sum(link.resolve().name == "writer.lock" for link in Path("/proc/self/fd").iterdir())

    for _ in range(3):
        lock_owner(tmp_path)
        with WriterLock(tmp_path):
            lock_owner(tmp_path)
            with pytest.raises(LibraryBusyError):
                WriterLock(tmp_path).__enter__()
            assert opened() == 1
    assert opened() == 0


def test_a_disk_that_takes_no_process_id_is_a_sentence_and_leaves_the_lock_free(tmp_path: Path) -> None:
    with files_of_at_most(0), pytest.raises(CatalogError, match=r"the lock .* cannot be taken \(.*\): check the disk"):
        WriterLock(tmp_path).__enter__()
    with WriterLock(tmp_path):
        assert lock_owner(tmp_path) == str(os.getpid())
