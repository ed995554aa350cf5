"""Which device searches: the processor, or a GPU where FAISS was built for one and finds one."""

from typing import Literal, TypeAlias

import faiss

from recog.errors import ConfigError

Device: TypeAlias = Literal["cpu", "cuda"]


def visible_gpus() -> int:
    """GPUs that this build of FAISS can use; 0 for a build without GPU support."""
    return int(faiss.get_num_gpus()) if hasattr(faiss, "StandardGpuResources") else 0


def choose_device(wanted: str, *, gpus: int) -> Device:
    """Where to search, given how many GPUs FAISS can use: 'auto' takes one if there is one.

    Raises:
        ConfigError: 'cuda' without a usable GPU, or a word that is none of auto, cpu, cuda.
    """
    match wanted:
        case "cpu":
            return "cpu"
        case "auto":
            return "cuda" if gpus > 0 else "cpu"
        case "cuda":
            if gpus > 0:
                return "cuda"
            raise ConfigError(
                "device 'cuda' was asked for, but FAISS finds no GPU it can use: "
                "install recog with the extra 'gpu' instead of 'cpu' (faiss-gpu) on a machine with an NVIDIA GPU, "
                "or set the device to 'cpu'"
            )
        case _:
            raise ConfigError(f"device is one of auto, cpu, cuda, not {wanted!r}")
