"""SFace's network is the published one on both libraries, and no other file passes for it."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from platformdirs import user_cache_path

from recog.embed.encoder import precision
from recog.embed.network import SFACE
from recog.embed.openvino_sface import sface_graph
from recog.embed.openvino_trunk import OpenVinoTrunk
from recog.embed.sface import Sface
from recog.embed.sface_trunk import SfaceTrunk
from recog.errors import WeightsMismatchError
from recog.types import Crops
from recog.weights.onnx_file import read_onnx
from recog.weights.openvino_runtime import compiled, openvino
from recog.weights.sface import FEATURES, SIDE, layers
from recog.weights.sface_file import sface_tensors

CACHE = user_cache_path("recog")
FILE = CACHE / "sface.onnx"


@pytest.fixture(scope="module")
def sface() -> SfaceTrunk:
    return SfaceTrunk(cache=CACHE)


@pytest.fixture(scope="module")
def chips(crops: Crops) -> Crops:
    """Twenty chips, which are more than one batch: patterns, and noise."""
    noise = np.random.default_rng(0).integers(0, 256, (17, SIDE, SIDE, 3), dtype=np.uint8)
    return np.concatenate([crops[:, :SIDE, :SIDE], noise])


def test_the_network_is_mobilenet_with_a_last_map_of_seven_places() -> None:
    assert len(layers()) == 27
    assert sum(layer.depthwise for layer in layers()) == 13
    assert SIDE // np.prod([layer.stride for layer in layers()]) == 7
    assert Sface()(torch.zeros(2, 3, SIDE, SIDE)).shape == (2, FEATURES)


@pytest.mark.networks
def test_torch_gives_what_the_published_file_gives(sface: SfaceTrunk, chips: Crops) -> None:
    """OpenVINO runs the file as it is, batch normalisations and all."""
    model = openvino.Core().read_model(read_onnx(FILE).SerializeToString())
    model.reshape([-1, 3, SIDE, SIDE])
    published = compiled(model, threads=1)([chips.transpose(0, 3, 1, 2).astype(np.float32)])[0]
    assert published.std() > 0.2
    np.testing.assert_allclose(sface.features(chips), published, atol=1e-5)


@pytest.mark.networks
def test_openvinos_features_are_those_of_torch_whatever_the_batch(sface: SfaceTrunk, chips: Crops) -> None:
    fast = OpenVinoTrunk(SFACE, cache=CACHE, threads=1, ranges={})
    np.testing.assert_allclose(fast.features(chips), sface.features(chips), atol=1e-5)
    assert fast.sha256 == sface.sha256
    assert fast.features(chips[:0]).shape == sface.features(chips[:0]).shape == (0, FEATURES)


@pytest.mark.parametrize(("flags", "numbers"), [("avx2 avx512_bf16", "bfloat16"), ("avx2 avx512_vnni", "float32")])
def test_bfloat16_is_chosen_where_the_processor_has_it(tmp_path: Path, flags: str, numbers: str) -> None:
    (tmp_path / "cpuinfo").write_text(f"flags\t: fpu {flags}\n")
    assert precision("openvino", SFACE, cpuinfo=tmp_path / "cpuinfo") == numbers
    assert precision("torch", SFACE, cpuinfo=tmp_path / "cpuinfo") == "float32"


@pytest.mark.networks
def test_bfloat16_is_really_used_where_the_processor_has_it(sface: SfaceTrunk, chips: Crops) -> None:
    if precision("openvino", SFACE) == "float32":
        pytest.skip("this processor has no instructions for sums of bfloat16 products")
    fast = OpenVinoTrunk(SFACE, cache=CACHE, threads=1)
    assert np.abs(fast.features(chips) - sface.features(chips)).max() > 1e-3


@pytest.mark.networks
def test_in_bfloat16_the_first_two_layers_stay_in_float32() -> None:
    """Rounding their weights alone gives a cosine of 0.996 on dark photos."""
    if precision("openvino", SFACE) == "float32":
        pytest.skip("this processor has no instructions for sums of bfloat16 products")
    network = compiled(sface_graph(sface_tensors(FILE)), threads=1, bfloat16=True)
    network.create_infer_request().infer([np.zeros((1, SIDE, SIDE, 3), np.uint8)])
    steps = [op.get_rt_info() for op in network.get_runtime_model().get_ordered_ops()]
    kinds = [one["runtimePrecision"].value for one in steps if one["layerType"].value.endswith("Convolution")]
    assert kinds == ["f32"] * 2 + ["bf16"] * (len(layers()) - 2)


@pytest.mark.networks
def test_chips_of_another_side_are_a_programmers_error(sface: SfaceTrunk, crops: Crops) -> None:
    for trunk in (sface, OpenVinoTrunk(SFACE, cache=CACHE, threads=1)):
        with pytest.raises(ValueError, match=r"crops are \(n, 112, 112, 3\) uint8, not \(3, 160, 160, 3\)"):
            trunk.features(crops)


@pytest.mark.networks
def test_red_comes_first(sface: SfaceTrunk, crops: Crops) -> None:
    """The published file takes colours in this order; the other one gives something else."""
    chips = crops[:, :SIDE, :SIDE]
    assert np.abs(sface.features(chips) - sface.features(chips[..., ::-1])).max() > 0.1


@pytest.mark.networks
def test_another_network_in_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsMismatchError, match="is not of the network SFace: it computes"):
        sface_tensors(CACHE / "yunet.onnx")
    model = read_onnx(FILE)
    model.graph.node[3].op_type = "Relu"
    (tmp_path / "other.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(WeightsMismatchError, match="is not of the network SFace: it computes"):
        sface_tensors(tmp_path / "other.onnx")


@pytest.mark.networks
@pytest.mark.parametrize("name", ["conv_5_dw_conv2d_weight_reshaped", "bn1_gamma"])
def test_constants_of_another_shape_or_name_are_refused(tmp_path: Path, name: str) -> None:
    model = read_onnx(FILE)
    (tensor,) = (one for one in model.graph.initializer if one.name == name)
    if name == "bn1_gamma":
        tensor.name = "another"
    else:
        tensor.CopyFrom(numpy_helper.from_array(np.zeros((8, 1, 3, 3), np.float32), name))
    changed = tmp_path / "changed.onnx"
    changed.write_bytes(onnx.ModelProto.SerializeToString(model))
    with pytest.raises(WeightsMismatchError, match=r"is not of the network SFace \("):
        sface_tensors(changed)
