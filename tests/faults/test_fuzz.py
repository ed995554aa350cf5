"""Every reader of foreign bytes refuses unreadable input quickly, with one of its own errors.

A few files a reader; `python -m tests.faults.fuzz` tries thousands.
"""

import random
import re
import subprocess
import sys

import pytest

from tests.faults.fuzz import READERS, changed
from tests.faults.started import run_program
from tests.faults.tracing import ROOT

COUNT = 60


def test_readers_of_foreign_bytes_refuse_in_time_with_their_own_errors() -> None:
    done = run_program("fuzz", "--count", str(COUNT))
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(re.findall(rf"^\S.*\n  {COUNT}$", done.stdout, re.MULTILINE)) == len(READERS)


@pytest.mark.parametrize(
    ("harm", "words"),
    [("raise KeyError('odd')", "KeyError"), ("os._exit(3)", "exit status 3"), ("bytearray(8 << 30)", "MemoryError")],
)
def test_what_goes_wrong_in_a_reader_is_told(harm: str, words: str) -> None:
    code = f"""
import os
from tests.faults.fuzz import Reader, try_reader
def read(data, directory):
    {harm}
print(*try_reader(Reader("bad", [b"data"], read, (ValueError,)), count=1, seed=1)[1])
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert words in done.stdout
    assert "bad, seed 1, number 0" in done.stdout


def test_the_same_seed_changes_the_same_bytes() -> None:
    once, again = ([changed(bytes(200), random.Random(f"1 {n}")) for n in range(50)] for _ in range(2))
    assert once == again
    assert sum(data != bytes(200) for data in once) > 25
