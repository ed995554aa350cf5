"""A standard stream that is closed costs its own words, and nothing else."""

import subprocess
import sys
from itertools import chain, combinations
from pathlib import Path

import pytest

from recog.store.engine import open_catalog

RECOG = Path(sys.executable).parent / "recog"
CLOSED = [" ".join(some) for some in chain.from_iterable(combinations(("0<&-", "1>&-", "2>&-"), n) for n in (1, 2, 3))]

WRITES_A_FILE = """
import os, sys
from recog.cli.start import open_missing_streams
open_missing_streams()
descriptor = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
print("said", file=sys.stderr, flush=True)
print("answered", flush=True)
os.system("echo a child said >&2; echo a child answered; read -r nothing")
assert sys.stdin.read() == ""
os.write(descriptor, f"descriptor {descriptor}".encode())
"""


def run(words: list[str | Path], closed: str) -> subprocess.CompletedProcess[str]:
    command = ["sh", "-c", f'exec "$@" {closed}', "sh", *words]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("closed", [*CLOSED[:3], CLOSED[-1]])
def test_recog_indexes_with_closed_standard_streams(closed: str, tmp_path: Path) -> None:
    photo = tmp_path / "photos" / "broken.jpg"
    photo.parent.mkdir()
    photo.write_bytes(b"no photo")
    done = run([RECOG, "--library", tmp_path / "library", "index", photo.parent], closed)
    assert done.returncode == 1  # none of the photos could be indexed
    assert ("1 photo could not be indexed" in done.stdout) == ("1>" not in closed)
    assert ("none of 1 photo could be indexed" in done.stderr) == ("2>" not in closed)
    with open_catalog(tmp_path / "library" / "catalog.sqlite3") as catalog:
        assert [(one.stat.path, one.reason) for one in catalog.files.failures()] == [(photo, "not_a_photo")]
    assert photo.read_bytes() == b"no photo"


@pytest.mark.parametrize("closed", CLOSED)
def test_no_file_gets_the_number_of_a_closed_stream(closed: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    done = run([sys.executable, "-c", WRITES_A_FILE, path], closed)
    assert done.returncode == 0, done.stderr
    word, number = path.read_text().split()
    assert (word, int(number) > 2) == ("descriptor", True)
