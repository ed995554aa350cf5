"""Which device the networks run on: the one asked for, or an error, never silently another."""

import torch

from recog.errors import ConfigError


def choose_device(wanted: str) -> str:
    """'auto', 'cpu' or 'cuda' -> 'cpu' or 'cuda'; ConfigError where CUDA is asked for and torch sees none."""
    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if wanted == "cuda" and not torch.cuda.is_available():
        raise ConfigError(
            f"device 'cuda' was asked for, but torch {torch.__version__} sees no CUDA device here: "
            "use --device cpu, or install a torch that matches your driver"
        )
    return wanted
