"""Where a network runs: the device asked for, or an error, never silently another."""

import torch

from recog.errors import ConfigError


def choose_device(wanted: str) -> str:
    """'auto', 'cpu' or 'cuda' -> 'cpu' or 'cuda'; auto takes CUDA where torch sees it. ConfigError as below."""
    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return checked_device(wanted).type


def checked_device(device: str) -> torch.device:
    """The device of that name, if this machine has it; ConfigError otherwise."""
    if device not in {"cpu", "cuda"}:
        raise ConfigError(f"a device is 'auto', 'cpu' or 'cuda', not {device!r}")
    if device == "cuda" and not torch.cuda.is_available():
        raise ConfigError(
            f"device 'cuda' was asked for, but torch {torch.__version__} sees no CUDA device here: "
            "use --device cpu, or install a torch that matches your driver"
        )
    return torch.device(device)
