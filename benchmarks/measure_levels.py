"""Measure the levels to which the detector rounds the inputs of its layers, and print recog.detect.rounding's table.

    python -m benchmarks.measure_levels ../shared/data/wider_dev

Runs facenet-pytorch's MTCNN in float32 over every fourth photo of a folder. On either side of 0, the chosen level lies
between a tenth of the largest input seen and all of it, and gives the least mean squared error of rounding.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from facenet_pytorch import MTCNN
from numpy.typing import NDArray
from PIL import Image

from recog.detect.rounding import HIGHEST, LEVELS, Levels
from recog.photos import read_photo

SAMPLE = 20_000
SEED = 0
EVERY = 4
SHARES = np.linspace(0.1, 1.0, 19)

Values = NDArray[np.float32]


def inputs_of(folder: Path) -> dict[str, Values]:
    """Return a sample of the inputs of each layer, including the smallest and the largest."""
    generator = torch.Generator().manual_seed(SEED)
    seen: dict[str, list[Values]] = {}

    def look(name: str, values: torch.Tensor) -> None:
        flat = values.detach().flatten()
        places = torch.randint(len(flat), (SAMPLE,), generator=generator)
        seen.setdefault(name, []).append(torch.cat([flat[places], flat.min()[None], flat.max()[None]]).numpy())

    detector = MTCNN(keep_all=True)
    for prefix in ("pnet", "rnet", "onet"):
        for name, layer in getattr(detector, prefix).named_modules():
            if (full := f"{prefix}.{name}") in LEVELS:
                layer.register_forward_pre_hook(lambda _, values, full=full: look(full, values[0]))
    for path in sorted((folder / "images").rglob("*.jpg"))[::EVERY]:
        detector.detect(Image.fromarray(read_photo(path).pixels))
    return {name: np.concatenate(parts) for name, parts in seen.items()}


def best_levels(values: Values) -> Levels:
    """Return the levels at which rounding has the least mean squared error."""
    found: list[tuple[float, Levels]] = []
    for low in values.min() * SHARES:
        for high in values.max() * SHARES:
            step = float(f"{(high - low) / HIGHEST:.5g}")
            zero = round(-low / step)
            places = np.clip(np.rint(values / step) + zero, 0, HIGHEST)
            found.append((float(np.square((places - zero) * step - values).mean()), Levels(step, zero)))
    return min(found, key=lambda one: one[0])[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="with images/")
    for name, values in inputs_of(parser.parse_args().folder).items():
        levels = best_levels(values)
        print(f'    "{name}": Levels({levels.step}, {levels.zero}),')


if __name__ == "__main__":
    main()
