"""The reader of dlib's network, against a writer of the same format with weights of its own."""

import hashlib

import numpy as np
import pytest
from platformdirs import user_cache_path
from safetensors.numpy import load_file

from recog.errors import WeightsMismatchError
from recog.weights.dlib_resnet import dlib_face_resnet
from recog.weights.dlib_stream import DlibStream
from recog.weights.pull import ensure_weights
from recog.weights.registry import spec
from tests.weights.dlib_file import Written, integer, number, tensor, text, written_network


@pytest.fixture(scope="module")
def network() -> Written:
    return written_network(seed=0)


def test_every_convolution_is_read_with_its_affine_layer_multiplied_in(network: Written) -> None:
    """At one place of random input, summed one product after the other in double precision."""
    tensors = dlib_face_resnet({"net.dat": bytes(network.data)})
    assert len(tensors) == 2 * len(network.convolutions) + 1
    random = np.random.default_rng(1)
    for name, (weight, bias, gain, offset) in network.convolutions.items():
        patch = random.normal(size=weight.shape[1:])
        channel = int(random.integers(len(bias)))
        total = float(bias[channel])
        for place in np.ndindex(patch.shape):
            total += float(weight[channel][place]) * float(patch[place])
        folded = float((tensors[f"{name}.weight"][channel] * patch).sum() + tensors[f"{name}.bias"][channel])
        assert folded == pytest.approx(total * gain[channel] + offset[channel], abs=1e-3)
        assert tensors[f"{name}.weight"].dtype == np.float32
    np.testing.assert_array_equal(tensors["fc.weight"], network.last.T)


def test_a_changed_byte_of_the_structure_is_refused_with_its_place(network: Written) -> None:
    """Every one of forty places among those that hold no weights."""
    weights = np.zeros(len(network.data), dtype=bool)
    for span in network.weights:
        weights[span.start : span.stop] = True
    (structure,) = np.nonzero(~weights)
    random = np.random.default_rng(2)
    for place in random.choice(structure, 40, replace=False):
        damaged = bytearray(network.data)
        damaged[place] ^= int(random.integers(1, 256))
        with pytest.raises(WeightsMismatchError, match=r"net\.dat is not dlib's .* at byte \d+, "):
            dlib_face_resnet({"net.dat": bytes(damaged)})


@pytest.mark.parametrize("cut", [0, 1, 16, 300, 20_000, -1])
def test_a_file_cut_anywhere_is_refused(network: Written, cut: int) -> None:
    with pytest.raises(WeightsMismatchError, match=r"needs \d+ bytes, but only \d+ are left"):
        dlib_face_resnet({"net.dat": bytes(network.data[:cut])})


def test_bytes_behind_the_network_are_refused(network: Written) -> None:
    with pytest.raises(WeightsMismatchError, match="has 1 bytes after it"):
        dlib_face_resnet({"net.dat": bytes(network.data) + b"x"})


def test_weights_that_are_nan_are_refused(network: Written) -> None:
    damaged = bytearray(network.data)
    start = network.weights[0].start
    damaged[start : start + 4] = np.float32(np.nan).tobytes()
    with pytest.raises(WeightsMismatchError, match="stem's values holds infinities or NaN"):
        dlib_face_resnet({"net.dat": bytes(damaged)})


@pytest.mark.parametrize("value", [0, 1, -1, 255, -256, 2**40, 2**64 - 1, -(2**64) + 1])
def test_integers_come_back(value: int) -> None:
    assert DlibStream(integer(value), "x").integer("n") == value


@pytest.mark.parametrize("value", [0.0, 1.0, -0.25, 0.04, 122.782, 1e30, -1e-30])
def test_numbers_come_back(value: float) -> None:
    assert DlibStream(number(value, 53), "x").number("n") == value


def test_texts_and_tensors_come_back() -> None:
    values = np.arange(6, dtype=np.float32).reshape(1, 2, 3, 1)
    stream = DlibStream(text("con_4") + tensor(values), "x")
    assert stream.text("t") == "con_4"
    np.testing.assert_array_equal(stream.tensor("v", (1, 2, 3, 1)), values)
    stream.end()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x00\x00", "begins no integer"),
        (b"\x09" + bytes(9), "begins no integer"),
        (b"\x41\x01", "begins no integer"),
        (b"\x02\x01\x00", "not written as dlib writes it"),
        (b"\x81\x00", "not written as dlib writes it"),
        (integer(1) + integer(32_000), r"1 \* 2\^32000, which is no finite number"),
        (integer(0) + integer(5), r"0 \* 2\^5, which is no finite number"),
        (integer(2**60) + integer(1_000), "which no float holds"),
    ],
)
def test_what_is_no_number_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(WeightsMismatchError, match=message):
        DlibStream(data, "x").number("n")


def test_no_memory_is_taken_for_what_a_file_only_claims_to_hold() -> None:
    with pytest.raises(WeightsMismatchError, match="text of 4294967296 characters"):
        DlibStream(integer(1 << 32), "x").text("t")
    with pytest.raises(WeightsMismatchError, match="has the shape"):
        DlibStream(integer(2) + integer(1 << 40) * 4, "x").tensor("v", (1, 2, 3, 4))
    with pytest.raises(WeightsMismatchError, match="is b'2' instead of 0 or 1"):
        DlibStream(b"2", "x").flag("f")
    with pytest.raises(WeightsMismatchError, match="no ASCII"):
        DlibStream(integer(1) + b"\xff", "x").text("t")


@pytest.mark.networks
def test_the_published_network_is_read_to_its_last_byte() -> None:
    """29 convolutions with a bias each, and the last layer."""
    wanted = spec("dlib-resnet")
    path = ensure_weights(wanted, cache=user_cache_path("recog"))
    assert hashlib.sha256(path.read_bytes()).hexdigest() == wanted.sha256
    tensors = load_file(path)
    assert len(tensors) == 59
    assert sum(values.size for values in tensors.values()) == 5_607_488
