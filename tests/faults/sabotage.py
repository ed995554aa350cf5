"""Take out one defence at a time, in a copy, and show the test that notices.

`python -m tests.faults.sabotage [WORD...]`, of those whose sentence holds a word. A defence whose absence no test
notices is a failure of the tests, and the exit status is 1.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.faults.tracing import ROOT

_COPIED = ("recog", "tests", "migrations", "benchmarks", "pyproject.toml", "README.md", "Makefile", "CHANGELOG.md")


@dataclass(frozen=True, slots=True)
class Sabotage:
    """A defence, the line that is it, what stands there without it, and the test that must turn red."""

    defence: str
    file: str
    line: str
    without: str
    test: str


SABOTAGES = (
    Sabotage(
        "an index file is on the disk before it gets its name",
        "recog/durable.py", "            os.fsync(descriptor)\n        f", "            pass\n        f",
        "tests/faults/test_crash.py -k before_it_gets_its_name",
    ),
    Sabotage(
        "the folder's entry is on the disk too",
        "recog/durable.py", "        sync_directory(path.parent)\n    except", "        pass\n    except",
        "tests/faults/test_crash.py -k before_it_gets_its_name",
    ),
    Sabotage(
        "an index is held against its digest",
        "recog/index/files.py", "!= manifest.sha256:", "== '':",
        "tests/index/test_files.py",
    ),
    Sabotage(
        "an index of another library is refused",
        "recog/index/files.py", "if manifest.library_id != library_id:", "if False:",
        "tests/library/test_upkeep.py -k another_library",
    ),
    Sabotage(
        "who will write says so first",
        "recog/store/database.py", '"BEGIN IMMEDIATE" if writing else "BEGIN"', '"BEGIN"',
        "tests/store/test_faults.py -k before_it_reads",
    ),
    Sabotage(
        "one writer at a time",
        "recog/store/lock.py", "fcntl.LOCK_EX | fcntl.LOCK_NB", "fcntl.LOCK_SH | fcntl.LOCK_NB",
        "tests/store/test_lock.py",
    ),
    Sabotage(
        "old pages are overwritten when somebody is forgotten",
        "recog/store/erasure.py", 'connection.exec_driver_sql("VACUUM")', "pass",
        "tests/store/test_erasure.py -k left_in_pages",
    ),
    Sabotage(
        "an erasure that a reader holds up is pending, not done",
        "recog/store/erasure.py", "return not busy", "return True",
        "tests/store/test_erasure.py -k pending_and_the_next",
    ),
    Sabotage(
        "an index is for its owner alone",
        "recog/durable.py", "FILE_MODE = 0o600", "FILE_MODE = 0o644",
        "tests/faults/test_reach.py -k umask",
    ),
    Sabotage(
        "an unfinished backup is deleted",
        "recog/store/schema.py", "copy.unlink(missing_ok=True)\n    with", "pass\n    with",
        "tests/library/test_doctor.py -k unfinished_backup",
    ),
    Sabotage(
        "an empty root loses no photo",
        "recog/library/survey.py", "append(root)\n            continue", "append(root)",
        "tests/library/test_ingest.py -k unmounted",
    ),
    Sabotage(
        "a photo that was given up is not tried for ever",
        "recog/photos/reasons.py", "Reason.IO_ERROR}", "Reason.IO_ERROR, Reason.CRASHED, Reason.TIMEOUT}",
        "tests/library/test_read_ahead.py -k given_up",
    ),
    Sabotage(
        "a crash is tried once more",
        "recog/photos/pool.py", "_TRIES = 2", "_TRIES = 1",
        "tests/photos/test_pool.py -k does_not_come_back",
    ),
    Sabotage(
        "a decoder has its time",
        "recog/photos/wire.py", "            connection.settimeout(left)\n", "",
        "tests/photos/test_pool.py -k not_done_in_time --timeout 30",
    ),
    Sabotage(
        "a decoder writes no file",
        "recog/photos/worker.py", "(resource.RLIMIT_FSIZE, 0), ", "",
        "tests/photos/test_pool.py -k writes_no_file",
    ),
    Sabotage(
        "a decoding process imports nothing from where recog was started",
        "recog/photos/pool.py", 'sys.executable, "-P", "-B"', 'sys.executable, "-B"',
        "tests/photos/test_pool.py -k json_module",
    ),
    Sabotage(
        "the processes end with the run",
        "recog/library/read_ahead.py", "        pool.close()\n", "",
        "tests/library/test_read_ahead.py -k crash_costs_one",
    ),
    Sabotage(
        "weights are held against their digest",
        "recog/weights/sources.py", "if digest != file.sha256:", "if False:",
        "tests/weights/test_pull.py -k 'another_digest or altered'",
    ),
    Sabotage(
        "a catalog whose restore was cut short is not opened",
        "recog/store/engine.py", "            refuse_half_restored(database.path)\n", "",
        "tests/library/test_backup.py -k cut_short",
    ),
    Sabotage(
        "a catalog that another program has open is not replaced",
        "recog/store/restore.py", "fcntl.LOCK_NB, _SHARED_SIZE, _SHARED_FIRST", "fcntl.LOCK_NB, 1, 0",
        "tests/library/test_backup.py -k another_program",
    ),
    Sabotage(
        "the journal of the catalog that was goes with it",
        "recog/store/restore.py", "path.with_name(path.name + ending).unlink(missing_ok=True)", "pass",
        "tests/library/test_backup.py -k journal",
    ),
    Sabotage(
        "the backup of a newer recog is refused",
        "recog/store/restore.py", "if revision not in revisions():", "if False:",
        "tests/library/test_backup.py -k no_sound_backup",
    ),
    Sabotage(
        "whoever looks for the writer refuses none",
        "recog/store/lock.py", "_LOOK_TRIES = 5", "_LOOK_TRIES = 0",
        "tests/store/test_lock.py -k looks",
    ),
    Sabotage(
        "a file that came meanwhile is not replaced",
        "recog/durable.py", "_take_free_name(temporary, path)\n        sync", "temporary.replace(path)\n        sync",
        "tests/test_durable.py -k meanwhile",
    ),
    Sabotage(
        "what SQLite left beside an unfinished copy is found",
        "recog/durable.py", "(?:-journal|-wal|-shm)?", "",
        "tests/test_durable.py -k killed_process",
    ),
    Sabotage(
        "a merge respects who a face is not",
        "recog/store/acts.py", "if row[0] not in refused", "if row",
        "tests/store/test_acts.py -k said_it_is_not",
    ),
    Sabotage(
        "a manifest of brackets within brackets is damaged",
        "recog/index/manifest.py", "except (ValueError, RecursionError):", "except ValueError:",
        "tests/faults/test_fuzz.py -k in_time",
    ),
    Sabotage(
        "a decoding process that dies before it is ready is started again",
        "recog/photos/pool.py", "range(_TRIES - 1)", "range(0)",
        "tests/photos/test_pool.py -k before_it_is_ready",
    ),
    Sabotage(
        "an answer of a decoding process is not believed",
        "recog/photos/wire.py", "if length > _MOST_BYTES:", "if False:",
        "tests/photos/test_pool.py",
    ),
)  # fmt: skip


def notices(sabotage: Sabotage, directory: Path) -> bool:
    """Does the test turn red without the defence? ValueError where the line is no longer there."""
    for name in _COPIED:
        source = ROOT / name
        ignored = shutil.ignore_patterns("__pycache__")
        (
            shutil.copytree(source, directory / name, ignore=ignored)
            if source.is_dir()
            else shutil.copy(source, directory)
        )
    path = directory / sabotage.file
    text = path.read_text(encoding="utf-8")
    if text.count(sabotage.line) != 1:
        raise ValueError(f"{sabotage.file} does not hold once: {sabotage.line!r}")
    path.write_text(text.replace(sabotage.line, sabotage.without), encoding="utf-8")
    command = f"{sys.executable} -m pytest -q -x -p no:cacheprovider {sabotage.test}"
    environment = os.environ | {"PYTHONPATH": str(directory), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, shell=True, cwd=directory, env=environment, capture_output=True, check=False)  # noqa: S602
    if done.returncode not in (0, 1):
        raise ValueError(f"{sabotage.test} was not run:\n{done.stdout.decode()[-2000:]}")
    return done.returncode == 1


def main() -> int:
    """Every sabotage in turn, one line each."""
    unnoticed = 0
    words = sys.argv[1:]
    chosen = [one for one in SABOTAGES if not words or any(word in one.defence for word in words)]
    for sabotage in chosen:
        with tempfile.TemporaryDirectory() as directory:
            red = notices(sabotage, Path(directory))
        unnoticed += not red
        print(f"{'noticed ' if red else 'UNSEEN  '} {sabotage.defence}: {sabotage.test}", flush=True)  # noqa: T201
    print(f"{len(chosen)} defences taken out, {unnoticed} unnoticed")  # noqa: T201 - a program
    return 1 if unnoticed else 0


if __name__ == "__main__":
    raise SystemExit(main())
