"""Maps of what decides: by covering, by gradients, by parts of a face; and pictures made to excite a unit."""

import io

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from torch.nn import functional as F

from recog.explain.heat import gradient_picture, overlaid
from recog.explain.maximise import maximised
from recog.explain.occlusion import occlusion_map, share_inside, squares
from recog.explain.parts import AROUND, CHIN, EYES, FOREHEAD, MOUTH, NOSE, PARTS, parts_of, shares
from recog.explain.patches import cut, encoded, filter_pictures
from recog.explain.torch_layers import Tap, TorchLayers
from recog.types import Crops, FaceBox


def test_squares_cover_every_pixel_about_as_often() -> None:
    times = np.zeros((50, 70), int)
    for left, top, right, bottom in squares(50, 70, side=16, step=8):
        assert 0 <= left < right <= 70
        assert 0 <= top < bottom <= 50
        times[top:bottom, left:right] += 1
    assert times.min() == times.max() == 4


def test_a_map_is_largest_where_covering_takes_the_answer_away() -> None:
    picture = np.full((64, 64, 3), 50, np.uint8)
    picture[10:20, 40:50] = 250

    def lost(covered: Crops) -> NDArray[np.float32]:
        return (250 - covered[:, 15, 45, 0]).astype(np.float32)

    found = occlusion_map(picture, lost, side=16, step=8)
    row, column = np.unravel_index(found.argmax(), found.shape)
    assert max(abs(int(row) - 15), abs(int(column) - 45)) <= 8
    assert found[40:, :20].max() == 0
    assert share_inside(found, (24, 0, 64, 36)) == pytest.approx(1.0)


def test_every_pixel_has_one_part_and_the_landmarks_lie_in_theirs() -> None:
    box = FaceBox(20, 10, 80, 90, 0.99, ((38, 40), (62, 40), (50, 55), (40, 70), (60, 70)))
    found = parts_of(100, 100, box)
    names = np.array(PARTS)[found]
    assert [names[40, 38], names[55, 50], names[70, 50], names[15, 50], names[86, 50], names[5, 5]] == [
        EYES, NOSE, MOUTH, FOREHEAD, CHIN, AROUND,
    ]  # fmt: skip
    weights = np.where(names == MOUTH, 2.0, -1.0).astype(np.float32)
    assert shares(weights, found) == {name: float(name == MOUTH) for name in PARTS}


def test_a_box_without_landmarks_has_no_eyes() -> None:
    found = np.array(PARTS)[parts_of(50, 50, FaceBox(10, 10, 40, 40, 0.9, ()))]
    assert set(found.ravel()) == {"cheeks", AROUND}


def two_layers() -> TorchLayers:
    """A convolution of 3 x 3 for red edges, and one over it; a leaky rectifier between them."""
    generator = torch.Generator().manual_seed(2)
    first, second = (torch.randn(shape, generator=generator) for shape in ((4, 3, 3, 3), (2, 4, 3, 3)))

    def run(given: torch.Tensor, tap: Tap) -> None:
        x = F.prelu(F.conv2d(given, first), torch.full((4,), 0.25))
        tap("first", x)
        tap("second", F.relu(F.conv2d(x, second)))

    return TorchLayers("two", "0", run, side=16, seen=lambda pixels: pixels / 255.0, filters=first)


def test_a_gradient_is_that_of_small_changes() -> None:
    shown = two_layers()
    picture = np.random.default_rng(0).integers(60, 190, (16, 16, 3), np.uint8)
    pixels = torch.from_numpy(picture).permute(2, 0, 1)[None].double()
    gradient = shown.gradient(picture, "second", 1, 70, by_guide=False)
    row, column, channel = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)
    answers = []
    for change in (-1.0, 1.0):
        moved = pixels.clone().float()
        moved[0, int(channel), int(row), int(column)] += change
        answers.append(float(shown.answers(moved, "second")[0, 1, 70]))
    assert gradient[row, column, channel] == pytest.approx((answers[1] - answers[0]) / 2, rel=1e-2)


def test_a_guided_gradient_passes_rectifiers_only_where_answer_and_gradient_are_positive() -> None:
    given = torch.tensor([[[[1.0, -1.0, 2.0]]]], requires_grad=True)
    from recog.explain.torch_layers import guided

    with guided():
        for rectified in (F.relu(given), torch.relu(given), F.prelu(given, torch.tensor([0.25]))):
            (found,) = torch.autograd.grad((rectified * torch.tensor([3.0, 3.0, -3.0])).sum(), given)
            assert found.flatten().tolist() == [3.0, 0.0, 0.0]
    (found,) = torch.autograd.grad(F.relu(given).sum(), given)
    assert found.flatten().tolist() == [1.0, 0.0, 1.0]  # outside the block as ever


def test_a_made_picture_excites_its_unit_more_than_any_of_many_random_ones() -> None:
    shown = two_layers()
    made = maximised(shown, "second", [0, 1], steps=40)
    assert made.shape == (2, 16, 16, 3)
    random = np.random.default_rng(1).integers(0, 256, (200, 16, 16, 3), np.uint8)
    for unit in (0, 1):
        chosen = {"second": np.array([unit])}
        best = shown.peaks(random, chosen)["second"].values.max()
        assert shown.peaks(made[unit : unit + 1], chosen)["second"].values.item() > best
    np.testing.assert_array_equal(made, maximised(shown, "second", [0, 1], steps=40))


def test_weights_colour_a_picture_warm_or_blue_and_leave_grey_where_they_are_zero() -> None:
    picture = np.full((2, 3, 3), (200, 100, 50), np.uint8)
    weights = np.array([[1.0, -1.0, 0.0]] * 2, np.float32)
    warm, cold, none = overlaid(picture, weights)[0].astype(int).tolist()
    assert warm[0] > warm[2]
    assert cold[2] > cold[0]
    assert none[0] == none[1] == none[2]
    assert gradient_picture(np.zeros((2, 2, 3), np.float32)).tolist() == [[[128] * 3] * 2] * 2


def test_small_patches_keep_every_pixel_and_large_ones_are_reduced() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (200, 300, 3), np.uint8)
    small = encoded(cut(picture, (3, 5, 20, 29)))
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(small))), picture[5:29, 3:20])
    large = Image.open(io.BytesIO(encoded(cut(picture, (0, 0, 300, 200)))))
    assert (large.format, large.size) == ("JPEG", (80, 53))


def test_a_filter_is_grey_where_it_is_zero() -> None:
    filters = np.zeros((1, 3, 1, 3), np.float32)
    filters[0, :, 0, 0], filters[0, 0, 0, 2] = (0.5, -0.5, 0.0), 0.25
    (picture,) = filter_pictures(filters)
    assert np.asarray(Image.open(io.BytesIO(picture))).tolist() == [[[255, 0, 128], [128] * 3, [191, 128, 128]]]
