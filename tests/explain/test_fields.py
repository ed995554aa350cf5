"""Receptive fields, against the derivatives of the networks themselves."""

import numpy as np
import pytest
import torch

from recog.errors import ConfigError
from recog.explain.extents import Extent, Field, joined, union
from recog.explain.torch_fields import traced
from recog.explain.torch_layers import TorchLayers
from tests.explain.linear import derivatives
from tests.explain.networks import NAMES, network

_UNITS = 12
"""Units whose gradients together reach the whole border of a field."""


@pytest.mark.networks
@pytest.mark.parametrize("name", NAMES)
def test_the_fields_of_every_layer_and_position_are_those_of_the_derivatives(name: str) -> None:
    shown = network(name)
    by_rows, by_columns = derivatives(shown, 2), derivatives(shown, 3)
    assert list(by_rows) == [layer.name for layer in shown.layers]
    for layer in shown.layers:
        for depends, extent in ((by_rows[layer.name], layer.field.rows), (by_columns[layer.name], layer.field.columns)):
            assert depends.shape[1] == len(extent)
            lines = np.arange(shown.side)[:, None]
            touched = depends.numpy()
            first = np.where(touched, lines, np.iinfo(np.int64).max).min(axis=0)
            last = np.where(touched, lines, -1).max(axis=0)
            np.testing.assert_array_equal(extent.first, first, err_msg=f"{name} {layer.name}")
            np.testing.assert_array_equal(extent.last, last, err_msg=f"{name} {layer.name}")


@pytest.mark.networks
@pytest.mark.parametrize("name", NAMES)
def test_a_gradient_of_the_real_network_lies_inside_the_field_and_reaches_its_border(name: str) -> None:
    shown = network(name)
    picture = np.random.default_rng(5).integers(0, 256, (shown.side, shown.side, 3), np.uint8)
    layer = shown.layers[1]
    place = layer.field.shape[0] // 3 * layer.field.shape[1] + layer.field.shape[1] // 2
    left, top, right, bottom = layer.field.at(place)
    reached = np.zeros((shown.side, shown.side), bool)
    for unit in range(min(layer.units, _UNITS)):
        reached |= (shown.gradient(picture, layer.name, unit, place, by_guide=False) != 0).any(axis=2)
    rows, columns = np.flatnonzero(reached.any(axis=1)), np.flatnonzero(reached.any(axis=0))
    assert (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1) == (left, top, right, bottom)


def test_a_field_ends_at_the_border_also_where_kernel_and_stride_alone_would_not() -> None:
    extent = Extent.of_input(7).windowed(3, stride=2, before=1, dilation=1, length=4)
    assert extent.first.tolist() == [0, 1, 3, 5]
    assert extent.last.tolist() == [1, 3, 5, 6]


def test_dilation_spreads_the_taps_and_enlarging_repeats_the_nearest() -> None:
    dilated = Extent.of_input(9).windowed(3, stride=1, before=0, dilation=2, length=5)
    assert (dilated.first.tolist(), dilated.last.tolist()) == ([0, 1, 2, 3, 4], [4, 5, 6, 7, 8])
    assert Extent.of_input(2).enlarged(4).first.tolist() == [0, 0, 1, 1]


def test_padding_depends_on_nothing_and_a_union_on_what_either_does() -> None:
    padded = Extent.of_input(2).padded(0, 1)
    assert padded.first[2] > padded.last[2]
    both = union([padded, Extent.of_input(3)])
    assert (both.first.tolist(), both.last.tolist()) == ([0, 1, 2], [0, 1, 2])
    whole = joined([Field.of_input(3, 3).whole(), Field.of_input(3, 3)])
    assert whole.at(4) == (0, 0, 3, 3)


def test_a_layer_behind_an_unknown_operator_is_refused_with_its_name() -> None:
    with pytest.raises(ConfigError, match="roll"):
        traced(lambda given: {"rolled": torch.roll(given, 1, 3)}, torch.zeros(1, 3, 4, 4))


def test_a_tap_sees_layers_in_order_and_filters_are_red_first() -> None:
    kernel = torch.arange(27.0).reshape(1, 3, 3, 3)
    shown = TorchLayers(
        "own",
        "0",
        lambda given, tap: tap("only", torch.conv2d(given, kernel)),
        side=5,
        seen=lambda pixels: pixels.flip(1),
        filters=kernel,
        order=(2, 1, 0),
    )
    assert [(layer.name, layer.units, layer.field.shape) for layer in shown.layers] == [("only", 1, (3, 3))]
    np.testing.assert_array_equal(shown.filters[0], kernel[0].flip(0).numpy())
