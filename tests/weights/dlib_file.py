"""Write dlib's face recognition network as dlib does, with weights of our own: the slow twin of its reader."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]


def integer(value: int) -> bytes:
    data = abs(value).to_bytes(8, "little").rstrip(b"\0") or b"\0"
    return bytes([len(data) | (0x80 if value < 0 else 0)]) + data


def number(value: float, bits: int = 24) -> bytes:
    """Mantissa and exponent, whole zero bytes of the mantissa left out (at most eight times)."""
    fraction, exponent = math.frexp(value)
    mantissa, exponent = int(fraction * 2**bits), exponent - bits
    for _ in range(8):
        if mantissa & 0xFF:
            break
        mantissa, exponent = mantissa >> 8, exponent + 8
    return integer(mantissa) + integer(exponent)


def single(value: float) -> bytes:
    return number(float(np.float32(value)))


def text(value: str) -> bytes:
    return integer(len(value)) + value.encode()


def tensor(values: Values) -> bytes:
    sides = [*values.shape, 1, 1, 1][:4]
    return integer(2) + b"".join(map(integer, sides)) + values.astype("<f4").tobytes()


EMPTY = integer(2) + integer(0) * 4


@dataclass
class Written:
    """The bytes so far, and what was written as weights."""

    random: np.random.Generator
    data: bytearray = field(default_factory=bytearray)
    convolutions: dict[str, tuple[Values, Values, Values, Values]] = field(default_factory=dict)
    """Name -> weight, bias, gain, offset."""
    weights: list[range] = field(default_factory=list)
    """Places of the bytes that are float32 values."""
    last: Values = field(default_factory=lambda: np.empty(0, np.float32))

    def put(self, *parts: bytes) -> None:
        self.data += b"".join(parts)

    def values(self, count: int, *, columns: int = 1) -> Values:
        drawn = self.random.normal(size=(count, columns)).astype(np.float32)
        self.put(tensor(drawn))
        self.weights.append(range(len(self.data) - 4 * drawn.size, len(self.data)))
        return drawn

    def state(self, flags: bytes, *, behind: bytes = b"") -> None:
        self.put(flags, EMPTY * 3, behind)

    def convolution(self, name: str, inputs: int, outputs: int, *, side: int = 3, stride: int = 1) -> None:
        padding = side // 2 if stride == 1 else 0
        self.put(text("con_4"))
        values = self.values(outputs * inputs * side**2 + outputs)[:, 0]
        self.put(*map(integer, (outputs, side, side, stride, stride, padding, padding)))
        self.put(*map(integer, (1, outputs, inputs, side, side, 1, 1, outputs, 1, 1)))
        self.put(*(number(rate, 53) for rate in (1.0, 1.0, 1.0, 0.0)))
        self.state(b"110", behind=integer(1) if name == "stem" else b"")
        self.put(text("affine_"))
        affine = self.values(2 * outputs)[:, 0]
        self.put(*map(integer, (1, 1, outputs, 1, 1) * 2), integer(0))
        self.state(b"110" if name.endswith("conv2") else b"111")
        weight = values[:-outputs].reshape(outputs, inputs, side, side)
        self.convolutions[name] = (weight, values[-outputs:], affine[:outputs], affine[outputs:])

    def pooling(self, kind: str, side: int, stride: int) -> None:
        self.put(text(kind), *map(integer, (side, side, stride, stride, 0, 0)))
        self.state(b"110")

    def rectifier(self) -> None:
        self.put(text("relu_"))
        self.state(b"110")


def written_network(seed: int) -> Written:
    """The whole file, its 29 convolutions drawn from a normal distribution."""
    file = Written(np.random.default_rng(seed))
    file.put(integer(1), text("loss_metric_2"), single(0.04), single(0.6))
    plain, halving = "2 2 2 2 2 2 2 1", "2 2 2 1 1 2 2 2 2 2 1"
    order = [halving, *[plain, plain, halving], *[plain, plain, halving], *[plain] * 3, halving, *[plain] * 3]
    file.put(*(integer(int(version)) for version in " ".join(["2 2", *order, "2 2 2 3"]).split()))
    file.put(text("input_rgb_image_sized"), *map(single, (122.782, 117.001, 104.298)))
    file.put(integer(150), integer(150))
    file.convolution("stem", 3, 32, side=7, stride=2)
    file.rectifier()
    file.pooling("max_pool_2", 3, 2)
    inputs = 32
    for block, outputs in enumerate([32] * 3 + [64] * 4 + [128] * 3 + [256] * 4):
        halves = block in {3, 7, 10, 13}
        file.convolution(f"blocks.{block}.conv1", inputs, outputs, stride=2 if halves else 1)
        file.rectifier()
        file.convolution(f"blocks.{block}.conv2", outputs, outputs)
        if halves:
            file.pooling("avg_pool_2", 2, 2)
        file.put(text("add_prev_"))
        file.state(b"111")
        file.rectifier()
        inputs = outputs
    file.pooling("avg_pool_2", 0, 1)
    file.put(text("fc_2"), integer(128), integer(256))
    file.last = file.values(256, columns=128)
    file.put(*map(integer, (1, 256, 128, 1, 1, 1, 0, 0, 0, 0)), integer(1))
    file.put(*(number(rate, 53) for rate in (1.0, 1.0, 1.0, 0.0)))
    file.state(b"110")
    return file
