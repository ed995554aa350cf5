"""L-BFGS against its dense formula, and on costs whose least point is known."""

import pytest
import torch
from torch import Tensor

from recog.style.descent import Descent
from recog.style.lbfgs import PictureLbfgs
from recog.style.settings import StyleSettings
from recog.style.spectrum import InverseCurvature

SIZE = (4, 5)
COUNT = 3 * SIZE[0] * SIZE[1]


def drawn(seed: int) -> Tensor:
    return torch.randn(1, 3, *SIZE, generator=torch.Generator().manual_seed(seed))


def steep() -> Tensor:
    """A symmetric positive matrix with eigenvalues from 1 to 40."""
    basis = torch.linalg.qr(torch.randn(COUNT, COUNT, generator=torch.Generator().manual_seed(9))).Q
    matrix: Tensor = basis @ torch.diag(torch.linspace(1.0, 40.0, COUNT)) @ basis.T
    return matrix


def slope(matrix: Tensor, picture: Tensor) -> Tensor:
    return (matrix @ picture.flatten()).view_as(picture)


def dense_direction(pairs: list[tuple[Tensor, Tensor]], gradient: Tensor) -> Tensor:
    """H <- V' H V + rho s s' with V = I - rho y s', pair by pair from gamma P, equation 7.16; slow and plain."""
    inverse = InverseCurvature(gradient)
    start = torch.stack([inverse(row.view_as(gradient)).flatten() for row in torch.eye(COUNT)])
    gammas = [float(s @ y) / float(y @ start @ y) for s, y in pairs]
    h = max(gammas[-10:], default=1.0) * start
    for s, y in pairs:
        rho = 1.0 / float(s @ y)
        v = torch.eye(COUNT) - rho * torch.outer(y, s)
        h = v.T @ h @ v + rho * torch.outer(s, s)
    return -(h @ gradient.flatten()).view_as(gradient)


@pytest.mark.parametrize(("steps", "history"), [(0, 5), (1, 5), (4, 5), (9, 5), (14, 12)])
def test_the_direction_is_that_of_the_dense_formula(steps: int, history: int) -> None:
    matrix, picture = steep(), drawn(1)
    lbfgs = PictureLbfgs(picture, history=history)
    pairs: list[tuple[Tensor, Tensor]] = []
    for number in range(steps):
        gradient = slope(matrix, picture)
        lbfgs.direction(gradient)
        move = 0.1 * drawn(10 + number)
        lbfgs.made(move, gradient)
        picture = picture + move
        pairs.append((move.flatten(), slope(matrix, move).flatten()))
    gradient = slope(matrix, picture)
    found, wanted = lbfgs.direction(gradient), dense_direction(pairs[-history:], gradient)
    assert float((found - wanted).norm() / wanted.norm()) < 1e-3


def test_a_step_over_ground_that_bends_down_is_not_remembered() -> None:
    lbfgs, gradient, move = PictureLbfgs(drawn(1), history=5), drawn(2), drawn(3)
    lbfgs.direction(gradient)
    lbfgs.made(move, gradient)
    lbfgs.direction(gradient - 0.1 * move)
    assert not lbfgs.knows


def test_without_a_slope_the_picture_stays() -> None:
    descent = Descent(drawn(1), StyleSettings())
    for _ in range(3):
        descent.step(torch.zeros(1, 3, *SIZE))
    torch.testing.assert_close(descent.picture, drawn(1))


def test_the_factor_on_the_gradient_does_not_matter() -> None:
    """Alpha and beta times a thousand are the same question."""
    matrix, ends = steep(), []
    for scale in (1.0, 1024.0):
        descent = Descent(drawn(1), StyleSettings())
        for _ in range(15):
            descent.step(slope(matrix, descent.picture) * scale)
        ends.append(descent.picture)
    torch.testing.assert_close(ends[0], ends[1], rtol=1e-3, atol=1e-4)


def test_no_step_moves_a_channel_further_than_three_tenths_and_the_first_two_hundredths_times_the_rate() -> None:
    matrix, descent = 1e-3 * steep(), Descent(10.0 * drawn(1), StyleSettings(learning_rate=3.0))
    moves = []
    for _ in range(12):
        before = descent.picture.clone()
        descent.step(slope(matrix, descent.picture))
        moves.append(float((descent.picture - before).abs().max()))
    assert moves[0] == pytest.approx(0.06, rel=1e-3)
    assert max(moves) == pytest.approx(0.3, rel=1e-3)


def test_the_least_point_is_found() -> None:
    matrix, goal = steep(), drawn(5).clamp(-1, 1)
    descent = Descent(drawn(6).clamp(-1, 1), StyleSettings())
    for _ in range(60):
        descent.step(slope(matrix, descent.picture - goal))
    torch.testing.assert_close(descent.picture, goal, rtol=0.0, atol=1e-3)


def test_pairs_that_would_take_too_much_memory_are_dropped() -> None:
    """14 pairs of 768 x 1024 px fit into a quarter of a gigabyte; nothing so large is computed here."""
    large = torch.empty(1, 3, 1, 1).expand(1, 3, 768, 1024)
    assert PictureLbfgs.fitting(large, 40) == 14
    assert PictureLbfgs.fitting(drawn(1), 40) == 40
    assert PictureLbfgs.fitting(torch.empty(1, 3, 1, 1).expand(1, 3, 8192, 8192), 40) == 1
