"""Trunks over one, two and three axes: sizes, and values against loops that do one multiplication at a time."""

import itertools

import pytest
import torch
from torch import Tensor

from recog.errors import ConfigError
from recog.nn.convolution import convolve
from recog.nn.pooling import PoolingKind
from recog.nn.trunk import Convolution, Field, Trunk, random_trunk
from recog.nn.windows import strongest_windows, windows


def drawn(*shape: int, seed: int = 1) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def in_the_order_of_the_notes(features: Tensor) -> tuple[int, ...]:
    """Return the sizes as positions first, then channels."""
    return tuple(features.movedim(0, -1).shape)


@pytest.mark.parametrize(
    ("values", "first", "second"),
    [
        ((1, 1, 14), (10, 16), (6, 32)),
        ((1, 3, 14, 14), (10, 10, 16), (6, 6, 32)),
        ((1, 1, 14, 14, 14), (10, 10, 10, 16), (6, 6, 6, 32)),
    ],
)
def test_sixteen_and_thirty_two_filters_of_five(
    values: tuple[int, ...], first: tuple[int, ...], second: tuple[int, ...]
) -> None:
    """A signal (14, 1), a picture (14, 14, 3) and a volume (14, 14, 14, 1)."""
    trunk = random_trunk(values[1], (16, 32), size=5, axes=len(values) - 2, seed=0)
    maps = trunk.features(drawn(*values), {"relu1", "relu2"})
    assert [in_the_order_of_the_notes(maps[name]) for name in trunk.layers] == [first, second]
    assert trunk.map_size("relu1", values[2:]) == first[:-1]
    assert trunk.map_size("relu2", values[2:]) == second[:-1]


def by_loops(x: Tensor, kernel: Tensor, bias: Tensor, padding: int) -> Tensor:
    """Convolve (1, in, *positions), one multiplication at a time."""
    sizes, lengths = kernel.shape[2:], x.shape[2:]
    out = [length + 2 * padding - size + 1 for length, size in zip(lengths, sizes, strict=True)]
    answer = torch.zeros(1, len(kernel), *out)
    for unit in range(len(kernel)):
        for place in itertools.product(*map(range, out)):
            total = float(bias[unit])
            for channel, tap in itertools.product(range(x.shape[1]), itertools.product(*map(range, sizes))):
                seen = [at + step - padding for at, step in zip(place, tap, strict=True)]
                if all(0 <= at < length for at, length in zip(seen, lengths, strict=True)):
                    total += float(x[(0, channel, *seen)] * kernel[(unit, channel, *tap)])
            answer[(0, unit, *place)] = max(total, 0.0)
    return answer


@pytest.mark.parametrize(("lengths", "size"), [((9,), 4), ((5, 6), 3), ((4, 3, 5), 3)])
@pytest.mark.parametrize("padding", [0, 1])
def test_a_layer_is_the_convolution_by_loops(lengths: tuple[int, ...], size: int, padding: int) -> None:
    x = drawn(1, 2, *lengths)
    layer = Convolution("relu1", drawn(3, 2, *[size] * len(lengths), seed=2), drawn(3, seed=3), padding=padding)
    trunk = Trunk("drawn", [layer])
    slow = by_loops(x, layer.kernel, layer.bias, padding)
    torch.testing.assert_close(trunk.features(x, {"relu1"})["relu1"], slow[0], rtol=1e-4, atol=1e-5)
    forward, _ = trunk.fast_kernels(layer)
    torch.testing.assert_close(convolve(x, forward, layer.bias, rectified=True), slow, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("lengths", "size"), [((9,), 4), ((5, 6), 3), ((4, 3, 5), 3)])
def test_windows_times_the_flat_kernels_are_the_convolution(lengths: tuple[int, ...], size: int) -> None:
    x, kernel = drawn(1, 2, *lengths), drawn(3, 2, *[size] * len(lengths), seed=2)
    rows = windows(x[0], [size] * len(lengths))
    slow = by_loops(x, kernel, torch.zeros(3), 0)
    torch.testing.assert_close((rows @ kernel.flatten(1).T).relu().T.reshape(slow.shape), slow, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("lengths", "sizes"), [((9,), (10,)), ((5, 6), (3,)), ((4,), (0,))])
def test_a_window_that_does_not_fit_is_refused(lengths: tuple[int, ...], sizes: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="windows of"):
        windows(drawn(2, *lengths), sizes)


def part(x: Tensor, place: tuple[int, ...], size: int) -> Tensor:
    """View a cube of (1, channels, *positions)."""
    for axis, first in enumerate(place, 2):
        x = x.narrow(axis, first, size)
    return x


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_a_field_is_where_a_change_is_felt(axes: int) -> None:
    """Every place inside the field of a position moves its value by mean pooling, and none outside does."""
    trunk = random_trunk(1, (3, 4), size=3, axes=axes, seed=1, pooled=True)
    x = drawn(1, 1, *[14] * axes).requires_grad_()
    answer = trunk.features(x, {"relu2"}, pooling=PoolingKind.AVERAGE)["relu2"]
    middle = tuple(1 for _ in range(axes))
    (felt,) = torch.autograd.grad(part(answer[None], middle, 1).sum(), x)
    field = trunk.field("relu2")[0]
    assert field == Field(size=8, step=2, before=0)
    inside = (slice(field.step, field.step + field.size),) * axes
    outside = felt[0, 0].clone()
    outside[inside] = 0.0
    assert float(outside.abs().max()) == 0.0
    assert float((felt[0, 0][inside] != 0).float().mean()) > 0.5


def test_a_field_begins_in_the_padding() -> None:
    layers = [Convolution(f"relu{n}", drawn(1, 1, 3), torch.zeros(1), padding=1) for n in (1, 2)]
    assert Trunk("padded", layers).field("relu2") == (Field(size=5, step=1, before=2),)


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_the_strongest_window_is_the_pattern_that_the_unit_looks_for(axes: int) -> None:
    trunk = random_trunk(2, (5,), size=3, axes=axes, seed=4)
    x = 0.01 * drawn(1, 2, *[9] * axes)
    place = tuple(range(2, 2 + axes))
    part(x, place, 3).add_(trunk.convolutions[0].kernel[3])
    best, second = strongest_windows(trunk, x, "relu1", 3, 2)
    assert best.start == place
    assert best.value > second.value
    torch.testing.assert_close(best.values, part(x, place, 3)[0])
    with pytest.raises(ValueError, match="units 0 to 4, not 5"):
        strongest_windows(trunk, x, "relu1", 5, 1)


def test_a_seed_is_a_trunk_and_another_seed_another() -> None:
    kernels = [random_trunk(1, (4,), size=5, axes=1, seed=seed).convolutions[0].kernel for seed in (0, 0, 1)]
    assert torch.equal(kernels[0], kernels[1])
    assert not torch.equal(kernels[0], kernels[2])


def test_maps_of_random_filters_stay_about_one_size() -> None:
    trunk = random_trunk(2, (64, 64, 64), size=5, axes=2, seed=0)
    powers = [float(each.square().mean()) for each in trunk.features(drawn(1, 2, 30, 30), set(trunk.layers)).values()]
    assert all(0.5 < power < 2.0 for power in powers)


def layer(name: str, *shape: int, pooled: bool = False, padding: int = 0) -> Convolution:
    return Convolution(name, torch.ones(shape), torch.ones(shape[0]), pooled=pooled, padding=padding)


@pytest.mark.parametrize(
    ("layers", "wrong"),
    [
        ([], "no first layer"),
        ([layer("a", 1, 1, 3, pooled=True)], "no first layer"),
        ([layer("a", 1, 1, 3, 3, 3, 3)], "axes"),
        ([layer("a", 1, 1, 3, padding=3)], "padding"),
        ([layer("a", 2, 1, 3), layer("b", 1, 3, 3)], "does not take the 2 maps"),
        ([layer("a", 1, 1, 3), layer("b", 1, 1, 3, 3)], "same, one to three"),
    ],
)
def test_layers_that_do_not_fit_together_are_refused(layers: list[Convolution], wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        Trunk("drawn", layers)


def test_a_trunk_over_four_axes_is_refused() -> None:
    with pytest.raises(ValueError, match="over 4 axes"):
        random_trunk(1, (2,), size=3, axes=4, seed=0)


def test_an_unknown_layer_is_named_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match="has no layer relu9: choose among relu1, relu2"):
        random_trunk(1, (2, 3), size=3, axes=3, seed=0).until({"relu9"})
