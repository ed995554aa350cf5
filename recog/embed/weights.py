"""The verified weights file of a trunk, and its digest."""

from pathlib import Path

from recog.errors import ConfigError
from recog.weights.pull import Progress, ensure_weights, weights_state
from recog.weights.registry import spec
from recog.weights.spec import Role


def trunk_weights(name: str, *, cache: Path, offline_dir: Path | None, progress: Progress | None) -> tuple[Path, str]:
    """Return (the weights file, its sha256); raises as ensure_weights does, and ConfigError if it is no trunk."""
    one = spec(name)
    if one.role is not Role.TRUNK:
        raise ConfigError(f"{name} is a {one.role}, no trunk")
    path = ensure_weights(one, cache=cache, offline_dir=offline_dir, progress=progress)
    return path, one.sha256 or str(weights_state(one, cache=cache).sha256)
