import io
import pickle
from pathlib import Path

import numpy as np
import pytest
from platformdirs import user_cache_path
from safetensors.numpy import load, load_file

from recog.weights.convert import to_safetensors, torch_state
from recog.weights.pull import ensure_weights
from recog.weights.registry import spec
from recog.weights.sources import fetch


def test_safetensors_come_back_as_they_were() -> None:
    tensors = {
        "b.weight": np.arange(24, dtype=np.float32).reshape(2, 3, 4).transpose(2, 0, 1),
        "a": np.array([np.pi], dtype=np.float32),
        "empty": np.empty((0, 3), dtype=np.float32),
    }
    back = load(to_safetensors(tensors))
    assert back.keys() == tensors.keys()
    for name, array in tensors.items():
        np.testing.assert_array_equal(back[name], array)


def test_the_order_of_the_tensors_does_not_change_a_byte() -> None:
    one, two = np.array([1, 2], dtype=np.float32), np.array([[3]], dtype=np.float32)
    assert to_safetensors({"x": one, "y": two}) == to_safetensors({"y": two, "x": one})


def test_state_dicts_are_joined_behind_the_names_of_their_files() -> None:
    import torch

    files = {}
    for stem, value in (("pnet", 1.0), ("rnet", 2.0)):
        stream = io.BytesIO()
        torch.save({"conv.weight": torch.full((2,), value)}, stream)
        files[f"{stem}.pt"] = stream.getvalue()
    tensors = torch_state(files)
    assert {name: array.tolist() for name, array in tensors.items()} == {
        "pnet.conv.weight": [1.0, 1.0],
        "rnet.conv.weight": [2.0, 2.0],
    }


class Payload:
    def __reduce__(self) -> tuple[object, ...]:
        return (Path("unpickled").touch, ())


@pytest.mark.parametrize("data", [b"", b"no zip", pickle.dumps(Payload()), pickle.dumps([1, 2])])
def test_bytes_that_are_no_state_dict_are_refused_and_nothing_of_them_runs(
    data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"x\.pt holds no PyTorch state dict"):
        torch_state({"x.pt": data})
    assert not list(tmp_path.iterdir())


@pytest.mark.networks
def test_the_converted_trunk_computes_what_the_original_graph_does(tmp_path: Path) -> None:
    """OpenCV runs the published graph itself; the 512-d outputs agree to 1e-5, measured 1.2e-7."""
    cv2 = pytest.importorskip("cv2")
    import torch
    from facenet_pytorch import InceptionResnetV1

    casia = spec("facenet-casia")
    path = ensure_weights(casia, cache=user_cache_path("recog"))
    network = InceptionResnetV1(pretrained=None).eval()
    network.load_state_dict({name: torch.from_numpy(array) for name, array in load_file(path).items()}, strict=False)

    (graph,) = fetch(casia, casia.sources[0], scratch=tmp_path, progress=None).values()
    original = cv2.dnn.readNetFromTensorflow(np.frombuffer(graph, dtype=np.uint8))
    inputs = np.random.default_rng(0).uniform(-1, 1, (1, 3, 160, 160)).astype(np.float32)
    original.setInput(inputs)
    with torch.inference_mode():
        converted = network(torch.from_numpy(inputs)).numpy()
    difference = np.abs(original.forward() - converted).max()
    assert difference < 1e-5
