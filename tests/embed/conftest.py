"""The real trunk, and heads that the tests make up: no such head is ever shipped."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from platformdirs import user_cache_path

from recog.embed.network import NETWORKS
from recog.embed.trunk import Trunk
from recog.types import Crops
from recog.weights.convert import to_safetensors

DIM = 4


def write_head(
    directory: Path, *, seed: int = 0, network: str = "facenet-casia", **changes: object
) -> dict[str, NDArray[np.float32]]:
    """A random head of 4 dimensions under the name that the embedder looks for, and its run record."""
    random = np.random.default_rng(seed)
    tensors: dict[str, NDArray[np.float32]] = {
        "weight": random.normal(size=(DIM, NETWORKS[network].features)).astype(np.float32),
        "bias": random.normal(size=DIM).astype(np.float32),
    }
    save_head(directory, tensors, network=network, **changes)
    return tensors


def save_head(
    directory: Path, tensors: dict[str, NDArray[np.float32]], *, network: str = "facenet-casia", **changes: object
) -> None:
    """These tensors as the head of a network, with a run record."""
    data = to_safetensors(tensors)
    record = {
        "sha256": hashlib.sha256(data).hexdigest(),
        "crop_scale": 1.19,
        "flip": False,
        "trunk": network,
        "trunk_sha256": NETWORKS[network].sha256,
        "trained_on": "noise",
    }
    directory.mkdir(exist_ok=True)
    path = directory / f"{NETWORKS[network].head}.safetensors"
    path.write_bytes(data)
    path.with_suffix(".json").write_text(json.dumps(record | changes))


@pytest.fixture(scope="session")
def trunk() -> Trunk:
    return Trunk(cache=user_cache_path("recog"))


@pytest.fixture(scope="session")
def crops() -> Crops:
    """Three smooth coloured patterns, no two alike, none symmetric."""
    y, x = np.mgrid[0:160, 0:160] / 160
    waves = [np.stack([np.sin(k * x + y), np.cos(k * y - x), np.sin(k * x * y)], axis=2) for k in (3, 7, 15)]
    return (127.5 + 127 * np.stack(waves)).astype(np.uint8)
