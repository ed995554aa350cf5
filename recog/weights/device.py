"""Where a network runs."""

import torch

from recog.errors import ConfigError


def checked_device(device: str) -> torch.device:
    """The device of that name, if this machine has it; ConfigError otherwise."""
    if device not in {"cpu", "cuda"}:
        raise ConfigError(f"a device is 'cpu' or 'cuda', not {device!r}")
    if device == "cuda" and not torch.cuda.is_available():
        raise ConfigError("device 'cuda' was asked for, but torch sees no GPU here: use 'cpu'")
    return torch.device(device)
