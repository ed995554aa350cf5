"""The choice of the library that runs a trunk: the requested one or an error, never silently another."""

from importlib.util import find_spec
from pathlib import Path
from typing import Literal, TypeAlias

from recog.embed.network import SFACE
from recog.embed.ranges import ranges_of
from recog.errors import ConfigError
from recog.weights.device import multiplies_bfloat16, multiplies_bytes

Encoder: TypeAlias = Literal["torch", "openvino"]
Precision: TypeAlias = Literal["int8", "bfloat16", "float32"]


def choose_encoder(wanted: str, *, device: str) -> Encoder:
    """Choose the library for a device, 'cpu' or 'cuda'; wanted is 'auto', 'torch' or 'openvino'.

    auto is OpenVINO on a processor if it is installed, else torch. Neither is imported.

    Raises:
        ConfigError: OpenVINO is wanted on a GPU or is not installed, or wanted is none of the three.
    """
    installed = find_spec("openvino") is not None
    match wanted:
        case "auto":
            return "openvino" if installed and device == "cpu" else "torch"
        case "torch":
            return "torch"
        case "openvino" if device != "cpu":
            raise ConfigError(f"the encoder 'openvino' runs on the processor, not on {device!r}: use 'auto' or 'torch'")
        case "openvino" if not installed:
            raise ConfigError(
                "the encoder 'openvino' was asked for, but OpenVINO is not installed: "
                "install recog with the extra 'cpu', or set the encoder to 'torch'"
            )
        case "openvino":
            return "openvino"
        case _:
            raise ConfigError(f"encoder is one of auto, torch, openvino, not {wanted!r}")


def precision(encoder: Encoder, trunk: str, *, cpuinfo: Path = Path("/proc/cpuinfo")) -> Precision:
    """Return the type of the numbers that most of a trunk's convolutions multiply.

    It is int8 with OpenVINO, for a trunk with known ranges (see recog.embed.ranges), on a processor with instructions
    for sums of byte products (VNNI), because these sums would saturate without them. For SFace, for which 8 bits are
    too few, it is bfloat16 on a processor with instructions for that. Only Linux reports instructions; elsewhere it is
    float32.
    """
    if encoder == "torch":
        return "float32"
    if trunk == SFACE:
        return "bfloat16" if multiplies_bfloat16(cpuinfo) else "float32"
    return "int8" if ranges_of(trunk) and multiplies_bytes(cpuinfo) else "float32"
