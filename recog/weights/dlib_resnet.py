"""dlib's face recognition network, read from its published file into the convolutions that recog computes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recog.weights.convert import Tensors
from recog.weights.dlib_stream import DlibStream

MEANS = (122.782, 117.001, 104.298)
"""Mean red, green and blue of the training photos; subtracted before the division by 256."""
SIDE = 150
"""Side in pixels of the crops that it was trained on."""
FEATURES = 256
"""Channels below the last layer."""
DIM = 128
"""Dimensions of dlib's own embedding."""

_STEM = 32
_STEM_KERNEL = 7
_STAGES = ((32, 3, False), (64, 4, True), (128, 3, True), (256, 3, True), (256, 1, True))
"""(channels, blocks, whether the first block halves the sides), in order from the input."""


@dataclass(frozen=True, slots=True)
class Block:
    """A residual block, relu(a + b): a is two 3 x 3 convolutions of x with a ReLU between them, and b is x.

    If the block halves the sides (its first convolution has stride 2), b is x after 2 x 2 average pooling. The smaller
    of a and b is padded with zeros in channels, at the right and at the bottom.
    """

    name: str
    inputs: int
    outputs: int
    halves: bool


def blocks() -> list[Block]:
    """Return the residual blocks, in order from the input."""
    found: list[Block] = []
    inputs = _STEM
    for channels, count, halves in _STAGES:
        for place in range(count):
            found.append(Block(f"blocks.{len(found)}", inputs, channels, halves and place == 0))
            inputs = channels
    return found


def dlib_face_resnet(files: Mapping[str, bytes]) -> Tensors:
    """Convert the .dat file of dlib's network to tensors "stem", "blocks.N.conv1", "blocks.N.conv2" and "fc".

    Each convolution has a weight (out, in, h, w) and a bias (out,); the affine layer that follows it (the rest of batch
    normalisation) is folded into both. fc.weight is (128, 256), without bias.

    The file holds the versions of all layers from last to first, and then the layers from first to last. All of this is
    known beforehand and compared; nothing is skipped.

    Raises:
        WeightsMismatchError: a value does not belong to this network.
    """
    ((file, data),) = files.items()
    stream = DlibStream(data, file)
    _read_header(stream)
    tensors: Tensors = {}
    _read_convolution(stream, tensors, "stem", inputs=3, outputs=_STEM, kernel=_STEM_KERNEL, stride=2)
    _read_rectifier(stream, "the first rectifier")
    _read_pooling(stream, "the first pooling", "max_pool_2", side=3)
    for block in blocks():
        name, stride = block.name, 2 if block.halves else 1
        _read_convolution(stream, tensors, f"{name}.conv1", inputs=block.inputs, outputs=block.outputs, stride=stride)
        _read_rectifier(stream, f"{name}'s first rectifier")
        _read_convolution(
            stream, tensors, f"{name}.conv2", inputs=block.outputs, outputs=block.outputs, rectified=False
        )
        if block.halves:
            _read_pooling(stream, f"{name}'s pooling", "avg_pool_2", side=2)
        stream.expect(f"{name}'s sum", "add_prev_")
        _read_state(stream, f"{name}'s sum", overwritten=True)
        _read_rectifier(stream, f"{name}'s last rectifier")
    _read_pooling(stream, "the last pooling", "avg_pool_2", side=0)
    _read_last_layer(stream, tensors)
    stream.end()
    return tensors


def _versions() -> Iterator[int]:
    """Yield the versions of the layers from last to first: 2 for a layer that computes, 1 for a name or reference."""
    yield from (2, 2)  # the last layer and the last pooling
    for block in reversed(blocks()):
        yield from (2, 2)  # rectifier, sum
        if block.halves:
            yield from (2, 1, 1)  # pooling; reference to the block's input; name of the current output
        yield from (
            2,
            2,
            2,
            2,
            2,
            1,
        )  # affine, convolution, rectifier, affine, convolution, name of the block's input
    yield from (2, 2, 2)  # pooling, rectifier, affine
    yield 3  # the first convolution, which holds the input


def _read_header(stream: DlibStream) -> None:
    """Read the training loss, the versions of all layers and the input layer."""
    stream.expect("the loss layer's version", 1)
    stream.expect("the loss", "loss_metric_2")
    stream.expect_number("the loss' margin", 0.04)
    stream.expect_number("the loss' threshold", 0.6)
    for place, version in enumerate(_versions()):
        stream.expect(f"the version of layer {place} from the last", version)
    stream.expect("the input", "input_rgb_image_sized")
    for mean, colour in zip(MEANS, ("red", "green", "blue"), strict=True):
        stream.expect_number(f"the mean of {colour}", mean)
    stream.expect("the input's height", SIDE)
    stream.expect("the input's width", SIDE)


def _read_convolution(
    stream: DlibStream,
    tensors: Tensors,
    name: str,
    *,
    inputs: int,
    outputs: int,
    kernel: int = 3,
    stride: int = 1,
    rectified: bool = True,
) -> None:
    """Read a convolution and the affine layer after it, folded into one convolution."""
    shape = (outputs, inputs, kernel, kernel)
    size = inputs * outputs * kernel**2
    stream.expect(name, "con_4")
    values = stream.tensor(f"{name}'s values", (size + outputs, 1, 1, 1)).ravel()
    padding = kernel // 2 if stride == 1 else 0
    for what, value in (
        ("filters", outputs), ("height", kernel), ("width", kernel), ("stride in y", stride), ("stride in x", stride),
        ("padding in y", padding), ("padding in x", padding),
    ):  # fmt: skip
        stream.expect(f"{name}'s {what}", value)
    _expect_shape(stream, f"{name}'s filters", shape)
    _expect_shape(stream, f"{name}'s biases", (1, outputs, 1, 1))
    _expect_rates(stream, name)
    _read_state(stream, name)
    if name == "stem":
        stream.expect("the input's expansion", 1)
    gain, offset = _read_affine(stream, f"{name}'s affine layer", outputs, rectified=rectified)
    tensors[f"{name}.weight"] = values[:size].reshape(shape) * gain[:, None, None, None]
    tensors[f"{name}.bias"] = values[size:] * gain + offset


def _read_affine(
    stream: DlibStream, name: str, channels: int, *, rectified: bool
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Read gain and offset of each channel."""
    stream.expect(name, "affine_")
    gain, offset = stream.tensor(name, (2 * channels, 1, 1, 1)).reshape(2, channels)
    for what in ("gains", "offsets"):
        _expect_shape(stream, f"{name}'s {what}", (1, channels, 1, 1))
    stream.expect(f"{name}'s mode", 0)
    _read_state(stream, name, overwritten=rectified)
    return gain, offset


def _read_rectifier(stream: DlibStream, name: str) -> None:
    stream.expect(name, "relu_")
    _read_state(stream, name)


def _read_pooling(stream: DlibStream, name: str, kind: str, *, side: int) -> None:
    """Read a pooling layer; side 0 covers the whole map."""
    stream.expect(name, kind)
    stride = 2 if side else 1
    for what, value in (("height", side), ("width", side), ("stride in y", stride), ("stride in x", stride)):
        stream.expect(f"{name}'s {what}", value)
    stream.expect(f"{name}'s padding in y", 0)
    stream.expect(f"{name}'s padding in x", 0)
    _read_state(stream, name)


def _read_last_layer(stream: DlibStream, tensors: Tensors) -> None:
    stream.expect("the last layer", "fc_2")
    stream.expect("the last layer's outputs", DIM)
    stream.expect("the last layer's inputs", FEATURES)
    values = stream.tensor("the last layer's values", (FEATURES, DIM, 1, 1)).reshape(FEATURES, DIM)
    tensors["fc.weight"] = np.ascontiguousarray(values.T)
    _expect_shape(stream, "the last layer's weights", (FEATURES, DIM, 1, 1))
    _expect_shape(stream, "the last layer's biases", (0, 0, 0, 0))
    stream.expect("the last layer's kind", 1)
    _expect_rates(stream, "the last layer")
    _read_state(stream, "the last layer")


def _expect_shape(stream: DlibStream, what: str, shape: tuple[int, int, int, int]) -> None:
    """Expect the header of one part of a layer's values: version 1 and the four sides."""
    for value in (1, *shape):
        stream.expect(what, value)


def _expect_rates(stream: DlibStream, name: str) -> None:
    """Expect learning rate and weight decay of weights and of biases, as multiples of training's."""
    for rate in (1.0, 1.0, 1.0, 0.0):
        stream.expect_number(f"{name}'s learning rates", rate)


def _read_state(stream: DlibStream, name: str, *, overwritten: bool = False) -> None:
    """Read the state of a layer's last run: flags, and three tensors, which are empty in a published network.

    The last flag says that the next layer, a rectifier, overwrites this layer's output.
    """
    for value in (True, True, overwritten):
        stream.expect(f"{name}'s state", value)
    for _ in range(3):
        stream.tensor(f"{name}'s state", (0, 0, 0, 0))
