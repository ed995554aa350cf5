"""The networks whose layers can be shown, by name."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import torch
from facenet_pytorch.models.inception_resnet_v1 import BasicConv2d, Block8, Block17, Block35
from facenet_pytorch.models.mtcnn import ONet, PNet, RNet
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from recog.detect.torch_stages import loaded
from recog.detect.yunet_torch import OnnxModule
from recog.embed.description import described, descriptions
from recog.embed.dlib_trunk import DlibTrunk
from recog.embed.network import DLIB_RESNET, SFACE
from recog.embed.sface_trunk import SfaceTrunk
from recog.embed.trunk import Trunk
from recog.errors import ConfigError
from recog.explain.network import LayeredNetwork
from recog.explain.onnx_layers import OnnxLayers, layer_outputs
from recog.explain.torch_layers import Run, Tap, TorchLayers, hooked
from recog.style.layers import CONVENTIONS, StyleNetwork, load_network
from recog.weights import dlib_resnet, sface
from recog.weights.device import checked_device
from recog.weights.loading import LoadOptions
from recog.weights.onnx_file import constants_of, read_onnx
from recog.weights.pull import ensure_weights
from recog.weights.registry import spec

FACENET_SIDE = 160
STAGES = {"pnet": 160, "rnet": 24, "onet": 48}
"""MTCNN's networks, and the side of what they are shown. P-Net sees any size: this is that of a whole photo here."""
YUNET, YUNET_SIDE = "yunet", 320
STYLE_SIDE = 224
"""The side that VGG was trained on."""
_BLUE_FIRST = (2, 1, 0)
_CONVOLUTIONAL = (BasicConv2d, Block35, Block17, Block8)


def layered_network(name: str, options: LoadOptions, *, own_networks: Path) -> LayeredNetwork:
    """Load the network of that name; own_networks is the directory of descriptions.

    Raises:
        ConfigError: there is no such network.
        WeightsError: no source has its weights, or they were altered.
    """
    if name in _LOADERS:
        return _LOADERS[name](name, options)
    if (description := described(name, directory=own_networks)) is not None:
        path = ensure_weights(
            description.weights, cache=options.cache, offline_dir=options.offline_dir, progress=options.progress
        )
        return OnnxLayers(description, path.read_bytes(), path)
    known = ", ".join([*_LOADERS, *descriptions(own_networks)])
    raise ConfigError(f"there is no network {name!r} whose layers recog can show: choose one of {known}")


def _where(options: LoadOptions) -> dict[str, Any]:
    return {
        "cache": options.cache,
        "offline_dir": options.offline_dir,
        "device": options.device,
        "progress": options.progress,
    }


def _facenet(name: str, options: LoadOptions) -> TorchLayers:
    trunk = Trunk(name, **_where(options))
    network = trunk.network
    layers = {at: module for at, module in network.named_modules() if isinstance(module, _CONVOLUTIONAL)}
    layers["avgpool_1a"] = network.avgpool_1a
    return TorchLayers(
        name,
        trunk.sha256,
        hooked(network, layers),
        side=FACENET_SIDE,
        seen=lambda pixels: (pixels - 127.5) / 128.0,
        filters=network.conv2d_1a.conv.weight,
        device=options.device,
    )


def _sface(name: str, options: LoadOptions) -> TorchLayers:
    trunk = SfaceTrunk(**_where(options))
    network = trunk.network
    layers = {layer.name: network.get_submodule(layer.name) for layer in sface.layers()} | {"fc": network.fc}
    first = network.get_submodule(f"{sface.layers()[0].name}.conv").get_parameter("weight")
    return TorchLayers(
        name,
        trunk.sha256,
        hooked(network, layers),
        side=sface.SIDE,
        seen=lambda pixels: pixels,  # the network itself scales them
        filters=first,
        device=options.device,
    )


def _dlib(name: str, options: LoadOptions) -> TorchLayers:
    trunk = DlibTrunk(**_where(options))
    network = trunk.network
    layers: dict[str, nn.Module] = {"stem": network.stem}
    for number, block in enumerate(network.blocks):
        layers |= {f"blocks.{number}.conv1": block.get_submodule("conv1"), f"blocks.{number}": block}
    return TorchLayers(
        name,
        trunk.sha256,
        hooked(network, layers),
        side=dlib_resnet.SIDE,
        seen=lambda pixels: pixels,
        filters=network.stem.weight,
        device=options.device,
    )


def _stage(name: str, options: LoadOptions) -> TorchLayers:
    path = ensure_weights("mtcnn", cache=options.cache, offline_dir=options.offline_dir, progress=options.progress)
    kind = {"pnet": PNet, "rnet": RNet, "onet": ONet}[name]
    network = loaded(kind(pretrained=False), name, load_file(path), checked_device(options.device))
    modules = dict(network.named_children())
    layers = {
        at: modules.get(at.replace("conv", "prelu").replace("dense", "prelu"), module)
        for at, module in modules.items()
        if at.startswith(("conv", "dense"))
    }
    return TorchLayers(
        name,
        str(spec("mtcnn").sha256),
        hooked(network, layers),
        side=STAGES[name],
        seen=lambda pixels: (pixels - 127.5) * 0.0078125,
        filters=modules["conv1"].get_parameter("weight"),
        device=options.device,
    )


def _yunet(name: str, options: LoadOptions) -> TorchLayers:
    path = ensure_weights(name, cache=options.cache, offline_dir=options.offline_dir, progress=options.progress)
    model = read_onnx(path)
    outputs = layer_outputs(model)
    given = {value.name for value in model.graph.output}
    model.graph.output.extend(
        onnx.helper.make_empty_tensor_value_info(one) for one in outputs.values() if one not in given
    )
    constants = constants_of(model)
    first = next(constants[node.input[1]] for node in model.graph.node if node.op_type == "Conv")
    network = OnnxModule(model).to(checked_device(options.device))

    def run(pixels: Tensor, tap: Tap) -> None:
        values = network(pixels)
        for layer, output in outputs.items():
            tap(layer, values[output])

    return TorchLayers(
        name,
        str(spec(name).sha256),
        run,
        side=YUNET_SIDE,
        seen=lambda pixels: pixels[:, list(_BLUE_FIRST)],
        filters=torch.from_numpy(first.copy()),
        order=_BLUE_FIRST,
        device=options.device,
    )


def _vgg(name: str, options: LoadOptions) -> TorchLayers:
    network = load_network(name, **_where(options))
    return TorchLayers(
        name,
        network.sha256,
        _over(network),
        side=STYLE_SIDE,
        seen=lambda pixels: network.prepare(pixels / 255.0),
        filters=network.convolutions[0].kernel,
        order=network.convention.order,
        device=options.device,
    )


def _over(network: StyleNetwork) -> Run:
    def run(given: Tensor, tap: Tap) -> None:
        x = given
        for each in network.convolutions:
            x = F.max_pool2d(x, 2) if each.pooled else x
            x = F.relu(F.conv2d(x, each.kernel, each.bias, padding=1))
            tap(each.name, x)

    return run


_LOADERS: dict[str, Callable[[str, LoadOptions], TorchLayers]] = {
    "facenet-casia": _facenet,
    "facenet-vggface2": _facenet,
    SFACE: _sface,
    DLIB_RESNET: _dlib,
    **dict.fromkeys(STAGES, _stage),
    YUNET: _yunet,
    **dict.fromkeys(CONVENTIONS, _vgg),
}
"""recog's own networks whose layers can be shown."""
