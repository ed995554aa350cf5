"""A compiled network is kept, and taken from the cache only where it is surely the one that would be compiled."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("openvino", reason="OpenVINO is not installed: no compiled network was kept")

from recog.weights.compiled_cache import compiled_once, identity_of, sealed
from recog.weights.openvino_runtime import openvino

ROWS = np.array([[1.0, -2.0, 3.0]], np.float32)


class Counted:
    """A network that multiplies by a factor, and how often its graph was built."""

    def __init__(self, factor: float = 2.0) -> None:
        self.factor = factor
        self.built = 0

    def __call__(self) -> Any:
        self.built += 1
        ops = openvino.opset13
        rows = ops.parameter([-1, 3], np.float32)
        return openvino.Model([ops.multiply(rows, np.float32(self.factor))], [rows], "factor")


@pytest.fixture
def code(tmp_path: Path) -> Path:
    path = tmp_path / "code.py"
    path.write_text("first")
    return path


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "network.compiled"


@pytest.fixture
def take(kept: Path, code: Path) -> Callable[[Counted], Any]:
    """What a start does: the answer of the network."""

    def answer(graph: Counted, *made_of: str) -> Any:
        network = compiled_once(kept, graph, made_of=made_of or ("weights",), code=[code], threads=1)
        return network(ROWS)[0].tolist()

    return answer


def test_the_second_start_answers_as_the_first_and_compiles_nothing(take: Callable[..., Any], kept: Path) -> None:
    graph = Counted()
    assert take(graph) == take(graph) == [[2.0, -4.0, 6.0]]
    assert graph.built == 1
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_network_made_of_anything_else_is_compiled_and_kept_instead(take: Callable[..., Any], code: Path) -> None:
    """Other weights or ranges; other code of recog."""
    take(Counted(2.0), "a")
    other = Counted(3.0)
    assert take(other, "b") == [[3.0, -6.0, 9.0]]
    assert take(other, "b") == [[3.0, -6.0, 9.0]]
    assert other.built == 1
    code.write_text("second")
    take(other, "b")
    assert other.built == 2


def test_no_changed_byte_is_taken(take: Callable[..., Any], kept: Path) -> None:
    graph = Counted()
    take(graph)
    whole = kept.read_bytes()
    places = [0, 8, 39, 40, len(whole) // 2, len(whole) - 1]
    damaged = [whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :] for place in places]
    for number, content in enumerate([*damaged, whole[:-1], whole + b"\0", whole[:20], b""], start=2):
        kept.write_bytes(content)
        assert take(graph) == [[2.0, -4.0, 6.0]]
        assert graph.built == number
        take(graph)
        assert graph.built == number, "it was replaced"


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_is_not_taken(take: Callable[..., Any], kept: Path, mode: int) -> None:
    graph = Counted()
    take(graph)
    kept.chmod(mode)
    take(graph)
    assert graph.built == 2
    assert kept.stat().st_mode & 0o777 == 0o600, "it is replaced by one's own"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_another_user_s_file_is_not_taken(take: Callable[..., Any], kept: Path) -> None:
    graph = Counted()
    take(graph)
    os.chown(kept, 1, -1)
    take(graph)
    assert graph.built == 2


def test_links_and_pipes_are_not_followed(take: Callable[..., Any], kept: Path) -> None:
    graph = Counted()
    take(graph)
    elsewhere = kept.with_name("elsewhere")
    kept.rename(elsewhere)
    kept.symlink_to(elsewhere)
    take(graph)
    assert graph.built == 2
    kept.unlink()
    os.mkfifo(kept)
    take(graph)
    assert graph.built == 3


def test_bytes_that_openvino_cannot_read_are_compiled_anew_whatever_their_digest(
    take: Callable[..., Any], kept: Path, code: Path
) -> None:
    graph = Counted()
    kept.write_bytes(sealed(identity_of(["weights"], [code]), memoryview(b"no network")))
    kept.chmod(0o600)
    assert take(graph) == [[2.0, -4.0, 6.0]]
    assert graph.built == 1
    assert take(graph) == [[2.0, -4.0, 6.0]]
    assert graph.built == 1


def test_where_nothing_can_be_written_the_network_is_compiled_at_every_start(tmp_path: Path, code: Path) -> None:
    graph = Counted()
    for _ in range(2):
        network = compiled_once(tmp_path / "absent" / "x.compiled", graph, made_of=["weights"], code=[code])
        assert network(ROWS)[0].tolist() == [[2.0, -4.0, 6.0]]
    assert graph.built == 2
