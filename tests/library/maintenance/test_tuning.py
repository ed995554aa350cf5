"""index-tune measures a correct curve, marks the current setting, and changes nothing."""

from pathlib import Path

import numpy as np
import pytest

from recog.distance import unit_rows
from recog.index.faiss_index import FaceIndex
from recog.index.structures import Kind
from recog.library.recognition.index_tuning import tune
from tests.painted import RED, PaintedLibrary, paint
from tests.texts import to_text


def index_of(count: int, kind: Kind) -> FaceIndex:
    random = np.random.default_rng(2)
    people = np.repeat(random.normal(size=(count // 10, 16)), 10, axis=0)
    vectors = unit_rows((people + 0.5 * random.normal(size=people.shape)).astype(np.float32))
    batch = np.arange(len(vectors)), vectors
    return FaceIndex.build([batch], network_sha256="ab" * 32, dim=16, device="cpu", kind=kind)


@pytest.mark.parametrize("kind", ["flat", "ivf"])
def test_wider_searches_find_more_and_every_list_finds_all(kind: Kind) -> None:
    index = index_of(3_000, kind)
    before = index.nprobe
    found = tune(index)
    at_10 = [one.recall.at_10 for one in found.settings]
    assert at_10 == sorted(at_10)
    assert at_10[0] < 0.9
    assert at_10[-1] > 0.99
    assert [one.nprobe for one in found.settings][-1] == found.lists
    assert (found.kind, found.nprobe, index.nprobe) == (kind, before, before)
    text = to_text(found)
    assert text.count("<- in use") == 1
    in_use = next(line for line in text.splitlines() if "in use" in line)
    assert in_use.split()[0] == ("all" if kind == "flat" else str(before))


def test_the_setting_in_use_is_about_the_narrowest_that_reaches_the_promise() -> None:
    index = index_of(3_000, "ivf")
    found = tune(index)
    narrower = [one for one in found.settings if one.nprobe < (index.nprobe or 0) * 3 / 4]
    assert index.recall.at_1 >= 0.99
    assert index.recall.at_10 >= 0.98
    assert narrower
    assert all(one.recall.at_1 < 0.992 or one.recall.at_10 < 0.982 for one in narrower)


def test_a_small_library_has_no_curve_and_says_why(library: PaintedLibrary, folder: Path) -> None:
    paint(folder / "red.png", RED)
    library.index([folder])
    found = library.maintenance.tune_index()
    assert found.faces == 1
    assert (found.settings, found.kind) == ((), "flat")
    assert "every search looks at every face" in to_text(found)
