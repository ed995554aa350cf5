"""dlib's face recognition network as a torch module."""

import torch
from torch import nn
from torch.nn import functional as F

from recog.weights.dlib_resnet import DIM, FEATURES, MEANS, Block, blocks


class DlibResnet(nn.Module):
    """The ResNet of 29 layers of D. King, "High quality face recognition with deep metric learning" (2017).

    Its parameters are those of recog.weights.dlib_resnet, where the affine layer after each convolution is folded into
    it. dlib uses crops of 150 pixels; any side of at least 103 works, because the last pooling covers the whole map.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, blocks()[0].inputs, kernel_size=7, stride=2)
        self.blocks = nn.ModuleList(Residual(block) for block in blocks())
        self.fc = nn.Linear(FEATURES, DIM, bias=False)
        self.register_buffer("means", torch.tensor(MEANS).reshape(1, 3, 1, 1), persistent=False)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return the mean of the last block over all positions, (n, 256), of (n, 3, side, side) float32, 0 to 255."""
        x = F.relu(self.stem(self.seen(pixels)))
        x = F.max_pool2d(x, kernel_size=3, stride=2)
        for block in self.blocks:
            x = block(x)
        return x.mean(dim=(2, 3))

    def seen(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return pixels from 0 to 255 as the first convolution sees them."""
        seen: torch.Tensor = (pixels - self.get_buffer("means")) / 256.0
        return seen

    def descriptors(self, features: torch.Tensor) -> torch.Tensor:
        """Return dlib's own embedding of features, (n, 256) -> (n, 128), not of unit length; its threshold is 0.6."""
        found: torch.Tensor = self.fc(features)
        return found


class Residual(nn.Module):
    """A residual block as recog.weights.dlib_resnet.Block describes it."""

    def __init__(self, block: Block) -> None:
        super().__init__()
        stride, padding = (2, 0) if block.halves else (1, 1)
        self.conv1 = nn.Conv2d(block.inputs, block.outputs, kernel_size=3, stride=stride, padding=padding)
        self.conv2 = nn.Conv2d(block.outputs, block.outputs, kernel_size=3, padding=1)
        self.halves = block.halves

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, inputs, h, w) -> (n, outputs, h', w')."""
        y = self.conv2(F.relu(self.conv1(x)))
        if self.halves:
            x = F.avg_pool2d(x, kernel_size=2, stride=2)
        channels, height, width = (max(mine, other) for mine, other in zip(y.shape[1:], x.shape[1:], strict=True))
        return F.relu(_filled(y, channels, height, width) + _filled(x, channels, height, width))


def _filled(x: torch.Tensor, channels: int, height: int, width: int) -> torch.Tensor:
    """Pad with zeros after the last channel, row and column."""
    return F.pad(x, (0, width - x.shape[3], 0, height - x.shape[2], 0, channels - x.shape[1]))
