"""Which frames are looked at: no gap is longer than a step, and key frames are taken where they serve."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recog.photos.video.plan import STEP_SECONDS, even_times, has_any, wanted_times


def test_key_frames_that_are_close_enough_are_all_that_is_looked_at() -> None:
    times = [place / 30 for place in range(90)]
    keys = times[::12]  # every 0.4 s
    assert set(wanted_times(times, keys)[:-1]) <= set(keys)


@given(
    gaps=st.lists(st.floats(0.005, 0.1), min_size=1, max_size=200),
    every=st.integers(1, 60),
)
def test_no_gap_is_longer_than_a_step(gaps: list[float], every: int) -> None:
    times = np.cumsum(gaps).tolist()
    wanted = wanted_times(times, times[::every])
    assert wanted[0] == times[0]
    assert wanted[-1] == times[-1]
    assert set(wanted) <= set(times)
    assert all(0 < gap <= STEP_SECONDS + 1e-9 for gap in np.diff(wanted))


def test_a_gap_in_the_video_itself_is_stepped_over() -> None:
    assert wanted_times([0.0, 10.0, 20.0], [0.0]) == [0.0, 10.0, 20.0]
    assert wanted_times([], []) == []


def test_has_any_looks_at_a_half_open_part() -> None:
    assert has_any([1.0, 2.0], 1.0, 1.5)
    assert not has_any([1.0, 2.0], 1.1, 2.0)


def test_an_even_beat_takes_the_nearest_frames_once_each() -> None:
    times = [5 + place / 30 for place in range(120)]
    wanted = even_times(times, 16, 2.0)
    assert len(wanted) == 33
    assert np.abs(np.array(wanted) - 5 - np.arange(33) / 16).max() <= 1 / 60 + 1e-9
    assert even_times(times[:3], 16, 2.0) == [5.0, times[2]]
    assert even_times([0.0, 1.0], 16, 8.0) == [0.0, 1.0]
    assert even_times([], 16, 8.0) == []
