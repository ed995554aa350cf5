"""The strongest answers while photos stream by, against a sort of all answers; and what is kept between runs."""

from pathlib import Path

import numpy as np
import pytest

from recog.errors import RecogError
from recog.explain.network import Peaks
from recog.explain.strongest import MOST, Entry, Strongest
from recog.library.explaining.unfinished import RunState, read, save


def test_streaming_keeps_what_a_sort_of_everything_would_and_ties_go_to_the_earlier_photo() -> None:
    random = np.random.default_rng(3)
    values = random.integers(0, 25, (120, 4)).astype(np.float32)  # many ties
    places = random.integers(0, 100, (120, 4))
    strongest = Strongest([[] for _ in range(4)])
    start = 0
    while start < 120:
        stop = start + int(random.integers(1, 17))
        some = slice(start, stop)
        for row, entry in strongest.add(Peaks(values[some], places[some]), range(start, min(stop, 120))):
            assert entry.photo == start + row
            entry.patch = f"{entry.photo}".encode()
        start = stop
    for unit in range(4):
        order = np.argsort(-values[:, unit], kind="stable")[:MOST]
        found = strongest.entries[unit]
        assert [one.photo for one in found] == order.tolist()
        assert [one.value for one in found] == values[order, unit].tolist()
        assert [one.place for one in found] == places[order, unit].tolist()
        assert [one.patch for one in found] == [f"{photo}".encode() for photo in order]


def test_nan_is_never_among_the_strongest() -> None:
    strongest = Strongest([[]])
    peaks = Peaks(np.array([[np.nan], [1.0], [-2.0]], np.float32), np.zeros((3, 1), np.int64))
    strongest.add(peaks, [0, 1, 2])
    assert [one.photo for one in strongest.entries[0]] == [1, 2]


def test_a_state_is_read_as_it_was_saved_and_only_by_its_own_run(tmp_path: Path) -> None:
    entries = [[Entry(7, 0.1, 3, b"one"), Entry(2, -0.5, 0, b"")], []]
    state = RunState({"conv1": Strongest(entries), "empty": Strongest([])}, 9, 5, {"a": 0, "b": 1}, [(1, "bad", "why")])
    path = tmp_path / "page.html.unfinished"
    assert read(path, fingerprint="f") is None
    save(state, path, fingerprint="f")
    assert path.stat().st_mode & 0o777 == 0o600
    found = read(path, fingerprint="f")
    assert found is not None
    assert (found.done, found.shown, list(found.digests), found.failed) == (9, 5, ["a", "b"], [(1, "bad", "why")])
    assert {name: one.entries for name, one in found.strongest.items()} == {"conv1": entries, "empty": []}
    assert read(path, fingerprint="another") is None


def test_a_file_that_is_no_state_is_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "page.html.unfinished"
    path.write_bytes(b"something of the user's")
    with pytest.raises(RecogError, match="move it away"):
        read(path, fingerprint="f")
