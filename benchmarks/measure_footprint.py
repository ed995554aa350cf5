"""Measure the disk that `make setup` and `recog models pull` take.

    python -m benchmarks.measure_footprint

Writes benchmarks/results/footprint.csv: the blocks of all files of this environment, each file once, and the bytes of
the weights that the settings need, which are pulled if they are not in the cache. README.md has both numbers rounded.
"""

import sys
from pathlib import Path

from benchmarks.measured import machine, write_results
from recog.config import read_settings
from recog.library.maintenance.weights import pull
from recog.weights.device import cores

BLOCK = 512
"""The unit of st_blocks."""


def disk_of(folder: Path) -> int:
    """Return the bytes on disk of all files below a folder; hard links to one file count once."""
    found = [path.lstat() for path in folder.rglob("*")]
    return BLOCK * sum({one.st_ino: one.st_blocks for one in found}.values())


def main() -> None:
    weights = [one.path for one in pull(read_settings())]
    rows = [
        ["installed by make setup", disk_of(Path(sys.prefix))],
        ["weights by models pull", sum(path.stat().st_size for path in weights if path is not None)],
    ]
    write_results("footprint.csv", machine(threads=cores(), python=sys.version.split()[0]), ["what", "bytes"], rows)


if __name__ == "__main__":
    main()
