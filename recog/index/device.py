"""Where FAISS searches: on the processor, with how many threads, or on a GPU."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, TypeAlias

from recog.errors import ConfigError

Device: TypeAlias = Literal["cpu", "cuda"]

FEW_PROBES = 3
"""Up to this number of probes are searched on one thread."""


def visible_gpus() -> int:
    """Return the number of GPUs that this build of FAISS can use; 0 for a build without GPU support."""
    import faiss

    return int(faiss.get_num_gpus()) if hasattr(faiss, "StandardGpuResources") else 0


def choose_device(wanted: str, *, gpus: int) -> Device:
    """Choose where to search, given the number of GPUs that FAISS can use; 'auto' takes a GPU if there is one.

    Raises:
        ConfigError: 'cuda' without a usable GPU, or a word other than auto, cpu, cuda.
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


def device_for(wanted: str) -> Device:
    """Choose where to search on this machine; FAISS is asked, and imported, unless 'cpu' is wanted."""
    return choose_device(wanted, gpus=0 if wanted == "cpu" else visible_gpus())


@contextmanager
def few_threads(probes: int) -> Iterator[None]:
    """Use one thread for the calls to FAISS inside if probes are few: starting more costs more than they save."""
    import faiss

    threads = faiss.omp_get_max_threads()
    if probes > FEW_PROBES or threads == 1:
        yield
        return
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)
