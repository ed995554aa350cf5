"""Films of a search: as many frames as were added, in their order and at one size."""

import io

import numpy as np
import pytest
from PIL import Image, ImageSequence

from recog.style.film import LONGEST, Film


def test_frames_come_in_order_reduced_and_rest_on_the_last() -> None:
    film = Film()
    levels = (20, 120, 220)
    for level in levels:
        film.add(np.full((400, 2 * LONGEST, 3), level, dtype=np.uint8))
    seen, durations = [], []
    with Image.open(io.BytesIO(film.encoded())) as found:
        assert found.size == (LONGEST, 200)
        for frame in ImageSequence.Iterator(found):
            seen.append(int(np.asarray(frame.convert("RGB"))[100, 100, 0]))
            durations.append(frame.info["duration"])
    assert seen == pytest.approx(levels, abs=4)
    assert durations[0] == durations[1] < durations[2]


def test_a_film_without_frames_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        Film().encoded()
