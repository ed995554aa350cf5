"""Films of a search: as many frames as were added, in their order and at one size."""

import io

import numpy as np
import pytest
from PIL import Image

from recog.style.film import LONGEST, Film


def test_frames_come_in_order_reduced_and_rest_on_the_last() -> None:
    film = Film()
    levels = (20, 120, 220)
    for level in levels:
        film.add(np.full((400, 2 * LONGEST, 3), level, dtype=np.uint8))
    with Image.open(io.BytesIO(film.encoded())) as found:
        assert found.size == (LONGEST, 200)
        assert found.n_frames == len(levels)
        durations = []
        for number, level in enumerate(levels):
            found.seek(number)
            assert int(np.asarray(found.convert("RGB"))[100, 100, 0]) == pytest.approx(level, abs=4)
            durations.append(found.info["duration"])
    assert durations[0] == durations[1] < durations[2]


def test_a_film_without_frames_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        Film().encoded()
