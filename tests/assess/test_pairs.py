"""Lists of pairs run from end to end: every pair is scored, or named with the reason."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recog.assess.embedding_options import EmbeddingOptions, TimedEmbedder, embedding_options
from recog.assess.pairs import PairsRun, run_pairs
from recog.datasets.embedded import Pipeline, embedded_faces
from recog.datasets.faces import Undetected, labelled_crops
from recog.datasets.people import LabelledPhotos
from recog.distance import unit_rows
from recog.errors import EvaluationError
from recog.evaluate.cfp import Poses, cfp_pairs
from recog.evaluate.photo_pairs import lfw_pairs
from recog.render.as_json import to_json, to_plain
from recog.render.score_sheets import pairs_sheet
from recog.render.sheet import sheet_text
from tests.painted import RED, CellDetector, ColourEmbedder, paint
from tests.painted_protocols import painted_cfp, painted_lfw

PAINTED = Pipeline(CellDetector(), ColourEmbedder())
OPTIONS = embedding_options(ColourEmbedder.info, flip=False, crops=1, encoder="paint")


def run(folder: Path, pairs: Path, options: EmbeddingOptions = OPTIONS) -> PairsRun:
    return run_pairs(lfw_pairs(folder, pairs), "LFW, pairs.txt", PAINTED, options)


def test_the_protocol_scores_what_the_product_embeds_and_names_its_options(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    scored = run_pairs(
        lfw_pairs(tmp_path, painted_lfw(tmp_path)),
        "LFW, pairs.txt",
        replace(PAINTED, on_photo=lambda done, total: seen.append((done, total))),
        OPTIONS,
    )
    assert (scored.listed, scored.scores.pairs, scored.scores.folds, scored.scores.accuracy) == (20, 20, 10, 1.0)
    assert scored.found == {"detected": seen[-1][1]}
    assert [done for done, _ in seen] == list(range(1, len(seen) + 1))
    assert (sum(scored.histogram.same), sum(scored.histogram.different)) == (10, 10)
    lines = sheet_text(pairs_sheet(scored)).splitlines()
    for line in (
        "network       colour (cccccccccccc), 3 numbers",
        "crop          the detector's box x 1.4, to 16 pixels",
        "mirror image  not used",
        "encoder       paint",
        "metric        squared Euclidean distance of unit embeddings",
        "pairs         20 in 10 folds",
    ):
        assert line in lines
    assert any(line.split()[:3] == ["accuracy", "100.00", "%"] for line in lines)
    plain = to_plain(scored)
    assert isinstance(plain, dict)
    assert (plain["found"], plain["unscored"]) == (scored.found, [])
    assert {"options", "intervals", "roc", "histogram", "milliseconds"} <= plain.keys()


def test_pairs_with_absent_or_broken_photos_are_listed_by_reason_and_the_others_scored(tmp_path: Path) -> None:
    pairs = painted_lfw(tmp_path)
    rows = pairs.read_text().splitlines()[1:]
    pairs.write_text("\n".join(rows * 2) + "\n")  # without a first line; each pair twice, so that no fold runs dry
    (tmp_path / "Red" / "Red_0001.png").write_text("no photo")
    (tmp_path / "Blue" / "Blue_0008.png").unlink()
    scored = run(tmp_path, pairs)
    assert scored.listed == 40
    assert scored.scores.pairs == 40 - len(scored.unscored)
    assert {(one.photo.name, one.reason) for one in scored.unscored} == {
        ("Red_0001.png", "not_a_photo"),
        ("Blue_0008.jpg", "missing"),
    }
    bad = [row for row in rows if row.startswith("Red\t1\t") or row == "Red\t9\t1" or row.endswith("Blue\t8")]
    assert (len(bad), len(scored.unscored)) == (4, 8)
    assert all(one.photo in {one.left, one.right} for one in scored.unscored)
    text = sheet_text(pairs_sheet(scored))
    assert "40 listed" in text
    assert "NOT SCORED" in text
    assert "Red_0001.png: not_a_photo" in text
    assert '"reason": "missing"' in to_json(scored)


def test_what_is_left_must_still_be_a_protocol(tmp_path: Path) -> None:
    pairs = painted_lfw(tmp_path)
    (tmp_path / "Red" / "Red_0001.png").write_text("no photo")
    with pytest.raises(EvaluationError, match=r"3 of 20 pairs have a photo .*3 not_a_photo.*Red_0001.*fold 9 has no"):
        run(tmp_path, pairs)
    with pytest.raises(EvaluationError, match="none of the 20 listed photos exists"):
        run(tmp_path / "elsewhere", pairs)


def test_a_photo_without_a_face_is_scored_by_its_centre_and_counted(tmp_path: Path) -> None:
    pairs = painted_lfw(tmp_path)
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[8:20, 8:56] = RED  # above the middle, where the detector looks
    Image.fromarray(pixels).save(tmp_path / "Red" / "Red_0001.png")
    scored = run(tmp_path, pairs)
    assert scored.found == {"detected": 19, "not detected: a fixed box stands in": 1}
    assert (scored.unscored, scored.scores.pairs) == ((), 20)


def test_frontal_and_profile_photos_meet_in_cfps_folds(tmp_path: Path) -> None:
    pairs = cfp_pairs(painted_cfp(tmp_path), Poses.FRONTAL_PROFILE)
    scored = run_pairs(pairs, "CFP FP", PAINTED, OPTIONS)
    assert (scored.scores.pairs, scored.scores.folds, scored.scores.accuracy) == (12, 2, 1.0)


def test_two_crops_are_the_unit_sum_of_both_embeddings(tmp_path: Path) -> None:
    two = embedding_options(ColourEmbedder.info, flip=False, crops=2, encoder="paint")
    assert two.crop_scales[0] == 1.4 < two.crop_scales[1]
    paths = tuple(paint(tmp_path / f"{number}.png", (200, 40 * number, 90), (9, 9, 200)) for number in range(3))
    photos = LabelledPhotos(paths, np.arange(3), ("a", "b", "c"))
    both = embedded_faces(photos, PAINTED, undetected=Undetected.CENTRE, more_scales=two.crop_scales[1:])
    each = []
    for scale in two.crop_scales:
        made = labelled_crops(paths, CellDetector(), crop_scale=scale, size=16, undetected=Undetected.CENTRE)
        each.append(ColourEmbedder().embed(np.stack([one.crop for one in made if one.crop is not None])))
    assert np.allclose(both.embeddings, unit_rows(each[0] + each[1]), atol=1e-6)
    assert not np.allclose(each[0], each[1])
    assert "x 1.4 and " in sheet_text(pairs_sheet(run(tmp_path, painted_lfw(tmp_path), two)))


def test_one_crop_or_two() -> None:
    with pytest.raises(ValueError, match="not from 3"):
        embedding_options(ColourEmbedder.info, flip=True, crops=3, encoder="paint")


def test_the_first_batch_pays_for_starting_up() -> None:
    """A slow first batch does not count in the time per face."""
    now = 0.0

    class Starting(ColourEmbedder):
        started = False

        def embed(self, crops: np.ndarray) -> np.ndarray:
            nonlocal now
            now += 0.001 if self.started else 1.0
            self.started = True
            return super().embed(crops)

    timed = TimedEmbedder(Starting(), clock=lambda: now)
    with pytest.raises(ValueError, match="no crop"):
        _ = timed.milliseconds
    crops = np.full((2, 16, 16, 3), 9, dtype=np.uint8)
    timed.embed(crops)
    assert timed.milliseconds == pytest.approx(500)
    timed.embed(crops)
    assert timed.milliseconds == pytest.approx(0.5)
