"""The fast convolution against the plain one."""

import pytest
import torch
import torch.nn.functional as F

from recog.nn.convolution import convolve, convolve_by_points, kernel_points, prepare_kernel


@pytest.mark.parametrize(("height", "width"), [(4, 4), (8, 12), (1, 1), (5, 7), (33, 18), (2, 130)])
def test_minimal_filtering_is_the_same_convolution_at_any_size(height: int, width: int) -> None:
    generator = torch.Generator().manual_seed(height)
    x = torch.randn(1, 5, height, width, generator=generator)
    kernel = torch.randn(7, 5, 3, 3, generator=generator)
    exact = F.conv2d(x.double(), kernel.double(), padding=1)
    fast = convolve_by_points(x, kernel_points(kernel))
    assert float((fast - exact).abs().max() / exact.abs().max()) < 3e-5
    assert fast.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("channels", [16, 128])
def test_whichever_way_a_kernel_takes_it_is_that_kernels_convolution(channels: int) -> None:
    x, kernel = torch.randn(1, channels, 9, 10), torch.randn(channels, channels, 3, 3)
    prepared = prepare_kernel(kernel, [1, 1])
    assert (prepared.points is None) == (channels == 16)
    exact = F.conv2d(x.double(), kernel.double(), padding=1)
    assert float((convolve(x, prepared) - exact).abs().max() / exact.abs().max()) < 3e-5
