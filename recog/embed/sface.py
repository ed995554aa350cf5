"""SFace's network as a torch module."""

import torch
from torch import nn

from recog.weights.sface import FEATURES, MEAN, PLACES, SCALE, Layer, layers


class Sface(nn.Module):
    """The MobileNetV1 of SFace (arXiv:2205.12010).

    Its parameters are those of recog.weights.sface_file, where each batch normalisation is folded into a convolution.
    """

    def __init__(self) -> None:
        super().__init__()
        for layer in layers():
            self.add_module(layer.name, Rectified(layer))
        self.fc = nn.Conv2d(layers()[-1].outputs, FEATURES, kernel_size=PLACES)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return SFace's own embedding, (n, 128), not of unit length, of (n, 3, 112, 112) float32, 0 to 255."""
        x = self.seen(pixels)
        for layer in layers():
            x = self.get_submodule(layer.name)(x)
        found: torch.Tensor = self.fc(x)
        return found.flatten(start_dim=1)

    def seen(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return pixels from 0 to 255 as the first convolution sees them."""
        return (pixels - MEAN) * SCALE


class Rectified(nn.Module):
    """A convolution and a PReLU with a slope a channel, as recog.weights.sface.Layer describes them."""

    def __init__(self, layer: Layer) -> None:
        super().__init__()
        self.conv = nn.Conv2d(
            layer.inputs,
            layer.outputs,
            kernel_size=layer.kernel,
            stride=layer.stride,
            padding=layer.kernel // 2,
            groups=layer.groups,
        )
        self.slope = nn.PReLU(layer.outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, inputs, h, w) -> (n, outputs, h', w')."""
        found: torch.Tensor = self.slope(self.conv(x))
        return found
