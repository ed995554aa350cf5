"""YuNet, R-Net and O-Net on torch: the same networks for GPUs."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from facenet_pytorch.models.mtcnn import ONet, RNet
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from recog.detect.proposals import OUTPUTS, Floats, Outputs
from recog.detect.torch_stages import array, loaded, standardised
from recog.weights.device import checked_device
from recog.weights.onnx_file import constants_of, read_onnx

_BATCH = 512
"""Windows in a batch; bounds the memory."""


class TorchRefiners:
    """R-Net and O-Net; device is "cpu" or "cuda"."""

    def __init__(self, mtcnn: Path, *, device: str) -> None:
        self._device = checked_device(device)
        state = load_file(mtcnn, device=device)
        self._refinement = loaded(RNet(pretrained=False), "rnet", state, self._device)
        self._output = loaded(ONet(pretrained=False), "onet", state, self._device)

    @torch.inference_mode()
    def refine(self, windows: NDArray[np.uint8]) -> tuple[Floats, Floats]:
        """Run R-Net on n >= 1 windows (n, 3, 24, 24): probabilities (n,), offsets (n, 4)."""
        offsets, odds = self._batches(self._refinement, windows)
        return odds[:, 1], offsets

    @torch.inference_mode()
    def decide(self, windows: NDArray[np.uint8]) -> tuple[Floats, Floats, Floats]:
        """Run O-Net on n >= 1 windows (n, 3, 48, 48): probabilities (n,), offsets (n, 4), landmarks (n, 10)."""
        offsets, points, odds = self._batches(self._output, windows)
        return odds[:, 1], offsets, points

    def _batches(self, network: nn.Module, windows: NDArray[np.uint8]) -> list[Floats]:
        outputs = [
            network(standardised(some.to(self._device).float()))
            for some in torch.split(torch.from_numpy(windows), _BATCH)
        ]
        return [array(torch.cat(parts)) for parts in zip(*outputs, strict=True)]


class TorchYunet(TorchRefiners):
    """YuNet, R-Net and O-Net; device is "cpu" or "cuda"."""

    def __init__(self, yunet: Path, mtcnn: Path, *, device: str) -> None:
        super().__init__(mtcnn, device=device)
        self._yunet = OnnxModule(read_onnx(yunet)).to(self._device)

    @torch.inference_mode()
    def propose(self, image: Floats) -> Outputs:
        """Run YuNet on (3, h, w) blue, green and red, 0 to 255, h and w multiples of 32."""
        outputs = self._yunet(torch.from_numpy(image[None]).to(self._device))
        return {name: array(outputs[name][0]) for name in OUTPUTS}


class OnnxModule(nn.Module):
    """A network of the operators that YuNet consists of; forward takes the input, and returns outputs by name."""

    def __init__(self, model: onnx.ModelProto) -> None:
        super().__init__()
        self._input = model.graph.input[0].name
        self._outputs = [value.name for value in model.graph.output]
        self._nodes = [(node.op_type, list(node.input), node.output[0], _settings(node)) for node in model.graph.node]
        self._constants = {name: f"constant_{place}" for place, name in enumerate(constants_of(model))}
        for name, value in constants_of(model).items():
            self.register_buffer(self._constants[name], torch.from_numpy(value.copy()))

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        """Run the operators in the order of the file."""
        values = {self._input: image}
        values |= {name: self.get_buffer(buffer) for name, buffer in self._constants.items()}
        for operator, inputs, output, settings in self._nodes:
            values[output] = _OPERATORS[operator]([values[name] for name in inputs], settings)
        return {name: values[name] for name in self._outputs}


def _settings(node: onnx.NodeProto) -> dict[str, Any]:
    return {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute}


def _convolved(inputs: Sequence[Tensor], settings: dict[str, Any]) -> Tensor:
    image, weight, bias = inputs
    return F.conv2d(
        image, weight, bias, settings["strides"], settings["pads"][:2], settings["dilations"], settings["group"]
    )


_OPERATORS: dict[str, Callable[[Sequence[Tensor], dict[str, Any]], Tensor]] = {
    "Add": lambda inputs, _: inputs[0] + inputs[1],
    "Conv": _convolved,
    "MaxPool": lambda inputs, settings: F.max_pool2d(inputs[0], settings["kernel_shape"], settings["strides"]),
    "Relu": lambda inputs, _: torch.relu(inputs[0]),
    "Reshape": lambda inputs, _: inputs[0].reshape(inputs[1].tolist()),
    "Resize": lambda inputs, _: F.interpolate(inputs[0], scale_factor=inputs[2][2:].tolist(), mode="nearest"),
    "Sigmoid": lambda inputs, _: torch.sigmoid(inputs[0]),
    "Transpose": lambda inputs, settings: inputs[0].permute(settings["perm"]),
}
