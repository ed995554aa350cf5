"""The convolutions of SFace's network."""

from dataclasses import dataclass

SIDE = 112
"""Side in pixels of the chips that it was trained on."""
FEATURES = 128
"""Dimensions of SFace's own embedding, which is not of unit length."""
MEAN, SCALE = 127.5, 1 / 128
"""It sees (pixel - MEAN) * SCALE, red first."""

_CHANNELS = (32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
"""Channels after each of the 14 stages; all but the first are a depthwise convolution and one of 1 x 1."""
_HALVING = frozenset({3, 5, 7, 13})
"""The stages, counted from 1, whose depthwise convolution halves the sides."""
PLACES = 7
"""Side of the last map."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A convolution with bias and a PReLU after it. A depthwise one has one 3 x 3 kernel a channel."""

    name: str
    inputs: int
    outputs: int
    kernel: int
    stride: int
    depthwise: bool

    @property
    def groups(self) -> int:
        """Groups of channels that are convolved apart."""
        return self.inputs if self.depthwise else 1


def layers() -> list[Layer]:
    """Return the convolutions of MobileNetV1 (arXiv:1704.04861) in order; the last gives (1024, 7, 7)."""
    found: list[Layer] = []
    inputs = 3
    for stage, outputs in enumerate(_CHANNELS, start=1):
        stride = 2 if stage in _HALVING else 1
        if stage == 1:
            found.append(Layer("conv_1", inputs, outputs, 3, stride, depthwise=False))
        else:
            found.append(Layer(f"conv_{stage}_dw", inputs, inputs, 3, stride, depthwise=True))
            found.append(Layer(f"conv_{stage}", inputs, outputs, 1, 1, depthwise=False))
        inputs = outputs
    return found
