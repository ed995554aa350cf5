"""The device asked for, or an error."""

import pytest
import torch

from recog.errors import ConfigError, WayOut
from recog.weights.device import checked_device, choose_device


def test_auto_takes_cuda_exactly_where_torch_sees_it() -> None:
    assert choose_device("auto") == ("cuda" if torch.cuda.is_available() else "cpu")


def test_cpu_is_always_there() -> None:
    assert choose_device("cpu") == "cpu"
    assert checked_device("cpu") == torch.device("cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
@pytest.mark.parametrize("choose", [choose_device, checked_device])
def test_cuda_is_never_replaced_by_the_cpu(choose: type) -> None:
    with pytest.raises(ConfigError, match="sees no CUDA device here") as refused:
        choose("cuda")
    assert refused.value.way_out is WayOut.USE_CPU


def test_an_unknown_device_is_named() -> None:
    with pytest.raises(ConfigError, match="tpu"):
        choose_device("tpu")
