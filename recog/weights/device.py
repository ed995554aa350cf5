"""The choice of the device that a network runs on: the requested one or an error, never silently another."""

import ctypes
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from recog.errors import ConfigError, WayOut

if TYPE_CHECKING:  # torch takes seconds to import, so it is imported only if it may be needed
    import torch


def choose_device(wanted: str) -> str:
    """Choose 'cpu' or 'cuda'; 'auto' is CUDA if torch finds a device. Raises as checked_device does.

    torch is imported only if the CUDA driver is installed, because it finds no device without the driver.
    """
    if wanted == "auto":
        return "cuda" if _driver_is_there() and _torch_sees_cuda() else "cpu"
    if wanted == "cpu":
        return wanted
    return checked_device(wanted).type


def checked_device(device: str) -> "torch.device":
    """Return the device of that name; ConfigError if this machine lacks it."""
    if device not in {"cpu", "cuda"}:
        raise ConfigError(f"a device is 'auto', 'cpu' or 'cuda', not {device!r}")
    import torch

    if device == "cuda" and not torch.cuda.is_available():
        raise ConfigError(
            f"device 'cuda' was asked for, but torch {torch.__version__} sees no CUDA device here",
            way_out=WayOut.USE_CPU,
        )
    return torch.device(device)


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def multiplies_bytes(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Return whether this processor sums byte products in one instruction (VNNI); without it, 8-bit sums saturate.

    Only Linux reports this; elsewhere the answer is False.
    """
    return _has({"avx512_vnni", "avx_vnni"}, cpuinfo)


def multiplies_bfloat16(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Return whether this processor sums bfloat16 products in one instruction; only Linux reports this, as above."""
    return _has({"avx512_bf16"}, cpuinfo)


def _has(instructions: set[str], cpuinfo: Path) -> bool:
    """Return whether the processor has one of these instructions; False if the system does not list them."""
    try:
        flags = cpuinfo.read_text(encoding="utf-8", errors="replace")
    except OSError:  # not Linux: there is no such file
        return False
    return not instructions.isdisjoint(flags.split())


def _driver_is_there() -> bool:
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True


def _torch_sees_cuda() -> bool:
    import torch

    return torch.cuda.is_available()


def usable_gpus() -> int:
    """Return the number of GPUs that torch can use."""
    import torch

    return torch.cuda.device_count() if torch.cuda.is_available() else 0
