"""Measure the ranges that 8-bit arithmetic needs of a trunk's convolutions, and write recog/embed/ranges/TRUNK.json.

    python benchmarks/measure_ranges.py ../shared/data/identities --trunk dlib-resnet

Runs the trunk in float32 on 96 photos drawn from a folder of tight face crops. The range of a convolution lies between
a fifth of the largest input seen and all of it, and gives the least mean squared error of rounding to 256 levels.

Some convolutions stay float32, and some have a wider range: see docs/decisions/eight-bit-ranges.md.
"""

import argparse
import json
import re
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from platformdirs import user_cache_path

from recog.crop import crop_faces
from recog.embed.crops import INPUT_SIZE
from recog.embed.dlib_trunk import DlibTrunk
from recog.embed.network import DLIB_RESNET
from recog.embed.ranges import RANGES
from recog.embed.trunk import Trunk
from recog.photos import read_photo
from recog.types import Crops, FaceBox
from recog.weights.dlib_resnet import SIDE

FLOAT32 = {
    "facenet-casia": re.compile(r"conv2d_[12]a\.conv"),
    DLIB_RESNET: re.compile(r"stem|blocks\.(0\.conv[12]|[18]\.conv1|13\.conv[12])"),
}
"""The convolutions that stay float32, by trunk."""
FAR = re.compile(r"blocks\.1[0-2]\.conv[12]")
"""Convolutions of dlib-resnet that sometimes get far larger inputs than those of the sample."""
BEYOND = 1.5
"""Range of these convolutions, over the largest input seen."""
PHOTOS = 96
SAMPLE = 100_000
LEVELS = 255
SEED = 0


def crops_of(folder: Path, side: int) -> Crops:
    """Return whole photos as crops, (PHOTOS, side, side, 3) uint8."""
    paths = sorted(folder.glob("*/*.jpg"))
    chosen = np.random.default_rng(SEED).choice(len(paths), PHOTOS, replace=False)
    rows = []
    for number in np.sort(chosen):
        pixels = read_photo(paths[number]).pixels
        whole = FaceBox(0.0, 0.0, float(pixels.shape[1]), float(pixels.shape[0]), 1.0, ())
        rows.append(crop_faces(pixels, [whole], scale=1.0, size=side))
    return np.concatenate(rows)


def inputs_of(trunk: Trunk | DlibTrunk, crops: Crops, float32: re.Pattern[str]) -> dict[str, NDArray[np.float32]]:
    """Return a sample of the inputs of each convolution, including the largest."""
    generator = torch.Generator().manual_seed(SEED)
    seen: dict[str, list[NDArray[np.float32]]] = {}

    def look(name: str, values: torch.Tensor) -> None:
        flat = values.flatten()
        places = torch.randint(len(flat), (SAMPLE,), generator=generator)
        seen.setdefault(name, []).append(torch.cat([flat[places], flat.max()[None]]).numpy())

    for name, module in trunk.network.named_modules():
        if isinstance(module, torch.nn.Conv2d) and not float32.fullmatch(name):
            module.register_forward_pre_hook(lambda _, values, name=name: look(name, values[0]))
    trunk.features(crops)
    return {name: np.concatenate(parts) for name, parts in seen.items()}


def best_range(values: NDArray[np.float32]) -> float:
    """Return the range at which rounding non-negative values to 256 levels has the least mean squared error."""
    if values.min() < 0:
        raise ValueError("an input is negative: this convolution does not follow a rectifier")
    ranges = values.max() * np.linspace(0.2, 1.0, 33)
    errors = []
    for largest in ranges:
        step = largest / LEVELS
        errors.append(np.square(np.clip(np.round(values / step), 0, LEVELS) * step - values).mean())
    return float(ranges[int(np.argmin(errors))])


def range_of(name: str, values: NDArray[np.float32]) -> float:
    """Return the range of a convolution with these inputs."""
    return float(values.max()) * BEYOND if FAR.fullmatch(name) else best_range(values)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="with a folder of tight face crops for each person")
    parser.add_argument("--trunk", choices=list(FLOAT32), default="facenet-casia")
    parser.add_argument("--cache", type=Path, default=user_cache_path("recog"))
    options = parser.parse_args()
    trunk: Trunk | DlibTrunk
    if options.trunk == DLIB_RESNET:
        trunk, side = DlibTrunk(cache=options.cache), SIDE
    else:
        trunk, side = Trunk(options.trunk, cache=options.cache), INPUT_SIZE
    inputs = inputs_of(trunk, crops_of(options.folder, side), FLOAT32[options.trunk])
    record = {
        "trunk_sha256": trunk.sha256,
        "measured_on": f"{PHOTOS} photos of {options.folder.name}, seed {SEED}",
        "ranges": {name: float(f"{range_of(name, values):.6g}") for name, values in inputs.items()},
    }
    path = RANGES / f"{options.trunk}.json"
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(f"{len(inputs)} ranges in {path}")


if __name__ == "__main__":
    main()
