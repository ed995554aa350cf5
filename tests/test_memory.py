"""Too little memory is one sentence with the way out, wherever it is noticed."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
import typer

from recog.cli.exit_codes import REFUSED
from recog.cli.failures import in_one_line
from recog.memory import lacks_memory

RECOG = Path(sys.executable).parent / "recog"
MOST = 1 << 56


def by_python() -> object:
    return bytearray(MOST)


def by_numpy() -> object:
    return np.empty(MOST, np.uint8)


def by_torch() -> object:
    return torch.empty(MOST, dtype=torch.uint8)


def by_the_system() -> object:
    raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))


@pytest.mark.parametrize("allocate", [by_python, by_numpy, by_torch, by_the_system])
def test_too_little_memory_is_no_unexpected_error(
    allocate: Callable[[], object], capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as left, in_one_line(verbose=False):
        allocate()
    assert left.value.exit_code == REFUSED
    said = capfd.readouterr().err
    assert said.startswith("recog: there is not enough memory: close other programs, raise the limit")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("Exception from src/inference/src/cpp/core.cpp:109: std::bad_alloc"),
        RuntimeError("can't start new thread"),
        RuntimeError("Exception from src/inference/src/dev/plugin.cpp:54:\nResource temporarily unavailable\n"),
        ImportError("libtorch_cpu.so: failed to map segment from shared object"),
        ImportError("libfaiss.so: cannot open shared object file: Cannot allocate memory"),
    ],
)
def test_what_libraries_say_of_too_little_memory_is_known(error: Exception) -> None:
    assert lacks_memory(error)


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("of shapes"),
        OSError(errno.ENOSPC, "full"),
        BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN)),
        ValueError("bad_alloc"),
    ],
)
def test_other_errors_are_not_about_memory(error: Exception) -> None:
    assert not lacks_memory(error)


@pytest.mark.parametrize(
    "said",
    ["error return without exception set", "<function f at 0x7f> returned NULL without setting an exception"],
)
def test_what_python_says_without_memory_for_an_exception_counts_only_under_a_limit(said: str) -> None:
    assert not lacks_memory(SystemError(said))
    known = f"lacks_memory(SystemError({said!r})), lacks_memory(SystemError())"
    code = f"from recog.memory import lacks_memory; print({known})"
    limited = ["sh", "-c", 'ulimit -v 2000000; exec "$@"', "sh", sys.executable, "-c", code]
    assert subprocess.run(limited, capture_output=True, text=True, check=True).stdout == "True False\n"


@pytest.mark.parametrize("megabytes", [150, 500, 1000])
def test_a_limit_on_memory_ends_a_command_in_one_sentence(megabytes: int, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "broken.jpg").write_bytes(b"no photo")
    limited = f'ulimit -v {megabytes * 1024}; exec "$@"'
    words: list[str | Path] = [RECOG, "--library", tmp_path / "library", "index", tmp_path / "photos"]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        ["sh", "-c", limited, "sh", *words], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == REFUSED, done.stderr
    assert "unexpected" not in done.stderr
    assert "memory" in done.stderr
