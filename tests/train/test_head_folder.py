"""Train a head on a folder of painted people, and write its files."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from recog.datasets.people import labelled_photos
from recog.datasets.split import check_split
from recog.embed.head import load_head
from recog.embed.info import network_digest
from recog.errors import TrainingError
from recog.evaluate.calibration_file import load_calibration
from recog.train.head import LinearHead
from recog.train.head_files import HeadRun, HeadSource, write_head
from recog.train.head_folder import check_enough_pairs, train_on_faces
from recog.train.plans import HeadPlan
from recog.train.settings import BatchShape, TrainSettings
from recog.train.training_faces import TrainingFaces, pca_start, training_faces
from recog.train.validation import read_pair_list
from recog.types import Crops
from tests.painted import CellDetector, paint

WIDTH = 1792
SHAPE = BatchShape(people=5, photos=4)
PLAN = HeadPlan(
    name="painted",
    dim=4,
    held_out=0.3,
    far=0.05,
    data="painted faces",
    settings=TrainSettings(batch=SHAPE, learning_rate=1e-3, hold=0.1, steps=6, validate_every=3),
)


class ColourFeatures:
    """Products of the mean colours of the crop's halves, mixed to the trunk's width with fixed random numbers."""

    sha256 = "7" * 64

    def features(self, crops: Crops) -> NDArray[np.float32]:
        halves = np.concatenate([crops[:, :, :80].mean(axis=(1, 2)), crops[:, :, 80:].mean(axis=(1, 2))], axis=1) / 255
        products = np.einsum("ni,nj->nij", halves, halves).reshape(len(crops), -1)
        mixing = np.random.default_rng(0).normal(0, 1, (products.shape[1], WIDTH))
        features: NDArray[np.float32] = (products @ mixing).astype(np.float32)
        return features


def paint_people(folder: Path, count: int = 8, photos: int = 6) -> None:
    random = np.random.default_rng(0)
    for person in range(count):
        red, green, blue = random.integers(90, 230, 3)
        for number in range(1, photos + 1):
            shade = random.integers(-12, 13, 3)
            colour = (int(red + shade[0]), int(green + shade[1]), int(blue + shade[2]))
            paint(folder / f"P{person}" / f"P{person}_{number:04d}.png", colour, noise=10 * person + number)


def painted_run(tmp_path: Path) -> tuple[HeadRun, HeadPlan]:
    folder = tmp_path / "people"
    paint_people(folder)
    lines = ["20", *(f"P{row % 8}\t{row % 5 + 1}\t6" for row in range(20))]
    lines += [f"P{row % 8}\t1\tP{(row + 3) % 8}\t{row % 6 + 1}" for row in range(20)]
    (tmp_path / "pairs.txt").write_text("\n".join(lines) + "\n")
    people, detector, trunk = labelled_photos(folder), CellDetector(), ColourFeatures()
    pairs = read_pair_list(folder, tmp_path / "pairs.txt")
    faces = training_faces(people, pairs, detector, trunk, PLAN, cache=tmp_path / "features")
    assert not set(faces.train.labels.tolist()) & set(faces.validation.held_out.labels.tolist())
    bottleneck = LinearHead(
        np.random.default_rng(1).normal(0, 0.05, (16, WIDTH)).astype(np.float32), np.zeros(16, np.float32)
    )
    run = train_on_faces(faces, bottleneck, PLAN)
    assert np.array_equal(run.start.weight, pca_start(faces, bottleneck, dim=4).weight)
    source = HeadSource("facenet-casia", trunk.sha256, detector.sha256, people)
    return write_head(run.trained, run.start, faces, source, PLAN, output=tmp_path / "heads"), PLAN


def test_a_run_leaves_a_head_that_the_product_loads_with_its_record_and_calibration(tmp_path: Path) -> None:
    run, plan = painted_run(tmp_path)
    head = load_head("painted", directory=tmp_path / "heads")
    assert head.weight.shape == (4, WIDTH)
    assert (head.trunk, head.trunk_sha256, head.crop_scale, head.flip) == ("facenet-casia", "7" * 64, 1.19, True)
    network = network_digest(trunk_sha256="7" * 64, head_sha256=head.sha256, crop_scale=1.19, flip=True)
    assert load_calibration("painted", network_sha256=network, directory=tmp_path / "heads") == run.calibration
    assert run.calibration.far == plan.far
    record = json.loads((tmp_path / "heads" / "painted.json").read_text(encoding="utf-8"))
    assert record["data"]["people_trained"] + record["data"]["people_held_out"] == record["data"]["people"] == 8
    assert [step["step"] for step in record["history"]] == [0, 3, 6]
    assert record["scores"]["head"]["mean"] >= record["scores"]["pca_start"]["mean"]
    assert record["scores"]["head"]["accuracy"] >= record["scores"]["pca_start"]["accuracy"]
    assert str(tmp_path) not in json.dumps(record)
    assert "P3" not in json.dumps(record)


def test_photos_left_out_are_not_learnt_from_and_change_nobody_held_out(tmp_path: Path) -> None:
    folder = tmp_path / "people"
    paint_people(folder)
    (tmp_path / "pairs.txt").write_text("2\nP0\t1\t2\nP1\t1\t2\nP0\t1\tP1\t1\nP2\t1\tP3\t1\n")
    people, pairs = labelled_photos(folder), read_pair_list(folder, tmp_path / "pairs.txt")

    def faces(left_out: frozenset[Path]) -> TrainingFaces:
        cache = tmp_path / "features"
        return training_faces(people, pairs, CellDetector(), ColourFeatures(), PLAN, left_out=left_out, cache=cache)

    whole = faces(frozenset())
    unwanted = {int(whole.train.photos[0]), int(whole.train.photos[7]), int(whole.validation.held_out.photos[0])}
    cleaned = faces(frozenset(people.paths[photo] for photo in unwanted))
    assert set(whole.train.photos.tolist()) - set(cleaned.train.photos.tolist()) == unwanted & set(whole.train.photos)
    assert (whole.left_out, cleaned.left_out) == (0, 2)
    assert np.array_equal(cleaned.validation.held_out.photos, whole.validation.held_out.photos)


def test_too_few_people_to_calibrate_with_are_told_before_training() -> None:
    labels = np.repeat(np.arange(2, dtype=np.int64), 30)
    check_enough_pairs(labels, far=1 / 900)
    with pytest.raises(TrainingError, match="the 2 people held out make 900 different pairs"):
        check_enough_pairs(labels, far=1 / 901)


@pytest.mark.parametrize(("people", "left"), [(1, 0), (2, 0), (3, 1)])
def test_too_few_people_with_a_face_are_told_before_training(tmp_path: Path, people: int, left: int) -> None:
    """In the folder, `people` people have a face in every photo, and another person has a photo without a face."""
    paint_people(tmp_path / "pairs", count=2, photos=2)
    (tmp_path / "pairs.txt").write_text("2\nP0\t1\t2\nP1\t1\t2\nP0\t1\tP1\t1\nP0\t2\tP1\t2\n")
    paint_people(tmp_path / "people", count=people, photos=3)
    (tmp_path / "people" / "faceless").mkdir()
    Image.new("RGB", (90, 90)).save(tmp_path / "people" / "faceless" / "dark.png")
    with pytest.raises(TrainingError, match=f"{left} people with a face are left to learn from"):
        training_faces(
            labelled_photos(tmp_path / "people"), read_pair_list(tmp_path / "pairs", tmp_path / "pairs.txt"),
            CellDetector(), ColourFeatures(), PLAN, cache=tmp_path / "features",
        )  # fmt: skip


def test_people_held_out_who_make_no_same_pair_are_told_before_training() -> None:
    check_split(np.array([0, 0, 1]), np.array([2, 3, 3]))
    with pytest.raises(TrainingError, match="none of the 2 people held out has two photos"):
        check_split(np.array([0, 0, 1]), np.array([2, 3]))


def test_the_same_run_again_makes_the_same_head(tmp_path: Path) -> None:
    first, _ = painted_run(tmp_path)
    digest = first.record["sha256"]
    again, _ = painted_run(tmp_path)
    assert again.record["sha256"] == digest
    assert again.record["data"] == first.record["data"]


def test_pairs_of_absent_photos_are_counted(tmp_path: Path) -> None:
    paint_people(tmp_path, count=2, photos=2)
    (tmp_path / "pairs.txt").write_text("2\nP0\t1\t2\nP0\t1\t9\nP0\t1\tP1\t1\nP0\t1\tP7\t1\n")
    with pytest.raises(TrainingError, match=r"2 photos of .* the first is P0/P0_0009"):
        read_pair_list(tmp_path, tmp_path / "pairs.txt")


@pytest.mark.parametrize("wrong", [{"held_out": 0.0}, {"far": 1.0}, {"crop_scale": 0.0}, {"dim": 1}])
def test_a_plan_out_of_range_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(TrainingError, match="must lie between"):
        HeadPlan(**wrong)  # type: ignore[arg-type]
