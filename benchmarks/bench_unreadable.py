"""Measure files per second of `recog index` over a folder without a photo.

    python -m benchmarks.bench_unreadable --files 10000

Writes benchmarks/results/unreadable.csv. The time includes the whole use case, from an empty library: finding, opening
and reading each file in a decoding process, and recording why it cannot be used. Processor seconds include all threads
and processes; on a busy machine, they are an upper bound for a quiet one.
"""

import argparse
import os
import tempfile
from pathlib import Path

from benchmarks.measured import machine, write_results
from recog.config import read_settings
from recog.library.photo_library import PhotoLibrary


def main() -> None:
    """Make the files, index them, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    rows = []
    for repeat in range(asked.repeats):
        with tempfile.TemporaryDirectory() as directory:
            folder = Path(directory) / "photos"
            folder.mkdir()
            for number in range(asked.files):
                (folder / f"{number:07}.jpg").write_bytes(b"no photo")
            with PhotoLibrary(read_settings(library=Path(directory) / "library")) as library:
                before = os.times()
                report = library.index([folder])
                after = os.times()
        if len(report.failed) != asked.files:
            raise SystemExit(f"{len(report.failed)} of {asked.files} files were listed as unreadable")
        processor = sum(after[:4]) - sum(before[:4])
        rate = f"{asked.files / report.seconds:.0f}"
        rows.append((repeat + 1, asked.files, f"{report.seconds:.2f}", rate, f"{processor:.2f}"))
    header = ("repeat", "files", "seconds", "files a second", "processor seconds")
    write_results("unreadable.csv", machine(threads=1, files=asked.files), header, rows)


if __name__ == "__main__":
    main()
