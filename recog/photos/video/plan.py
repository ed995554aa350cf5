"""Which frames of a video are looked at: key frames first, then others until no gap is longer than a step."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

STEP_SECONDS = 0.45
"""Seconds between two frames that are looked at: a face that is seen for a second is met at least twice."""


def wanted_times(times: Sequence[float], keys: Sequence[float], *, step: float = STEP_SECONDS) -> list[float]:
    """Return the times at which frames are looked at, ascending, the first frame among them.

    times: those of all frames, ascending, in seconds; keys: those of key frames, ascending. From one wanted frame the
    next one is the last key frame of the following step, because it costs least, unless that is in the step's first
    half; else the last frame of the step; else the next frame at all.
    """
    if not times:
        return []
    wanted = [times[0]]
    while wanted[-1] < times[-1]:
        now = wanted[-1]
        key = bisect_right(keys, now + step) - 1
        if key >= 0 and keys[key] > now + step / 2:
            wanted.append(keys[key])
            continue
        last = bisect_right(times, now + step) - 1
        wanted.append(times[last] if times[last] > now else times[bisect_right(times, now)])
    return wanted


def even_times(times: Sequence[float], rate: float, seconds: float) -> list[float]:
    """Return the times nearest to an even beat of `rate` a second, over the first `seconds`, each once, ascending."""
    if not times:
        return []
    count = round(min(seconds, times[-1] - times[0]) * rate) + 1
    return sorted({_nearest_of(times, times[0] + place / rate) for place in range(count)})


def _nearest_of(times: Sequence[float], at: float) -> float:
    """Return the one of ascending times that is nearest to a second."""
    place = bisect_left(times, at)
    return min(times[max(0, place - 1) : place + 1], key=lambda one: abs(one - at))


def nearest(times: Sequence[float], at: float) -> float:
    """Return the one of some times, at least one, that is nearest to a second."""
    return min(times, key=lambda one: abs(one - at))


def has_any(wanted: Sequence[float], start: float, end: float) -> bool:
    """Return whether a wanted time, of an ascending list, is at `start` or after it and before `end`."""
    place = bisect_left(wanted, start)
    return place < len(wanted) and wanted[place] < end
