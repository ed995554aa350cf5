"""No verb unpickles or runs anything that is planted in the library's directory."""

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.tracing import ROOT
from tests.painted import BLUE, RED, paint, painted_library

UNPICKLED = 44
GUARD = f"""
import os, sys

def forbid(event, arguments):
    if event == "pickle.find_class":
        os._exit({UNPICKLED})

sys.addaudithook(forbid)
"""
VERBS = """
import sys
from pathlib import Path
from tests.painted import painted_library
library, photos = map(Path, sys.argv[1:])
with painted_library(library) as opened:
    opened.index([photos])
    opened.people.enrol("Ada", [photos / "red.png"])
    opened.people.match_all()
    opened.identify(photos / "blue.png")
    opened.search(photos / "red.png")
    opened.groups.cluster(threshold=0.5)
    opened.reports.duplicates()
    opened.maintenance.check(fix=True)
    opened.maintenance.rebuild_index()
    opened.people.forget("Ada")
print("done")
"""
NETWORKS = """
import numpy as np
from recog.config import read_settings
from recog.library.networks import Networks
networks = Networks(read_settings())
networks.detector.detect(np.zeros((64, 64, 3), np.uint8))
side, views = networks.info.input_size, 1 + len(networks.info.views)
networks.embedder.embed(np.zeros((1, side, side, 3 * views), np.uint8))
networks.calibration
print("done")
"""


class Payload:
    """Creates a file when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.marker,))


def guarded(code: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", GUARD + code, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_guard_sees_what_is_unpickled() -> None:
    assert guarded("import pickle; pickle.loads(b'cpathlib\\nPath\\n.')").returncode == UNPICKLED


def test_what_is_planted_in_a_library_is_neither_unpickled_nor_imported(tmp_path: Path) -> None:
    paint(tmp_path / "photos" / "red.png", RED)
    paint(tmp_path / "photos" / "blue.png", BLUE)
    library, marker = tmp_path / "library", tmp_path / "it ran"
    with painted_library(library) as opened:
        opened.index([tmp_path / "photos"])
    harm = pickle.dumps(Payload(marker))
    (home,) = (path for path in (library / "index").iterdir() if path.is_dir())
    for place in (library, home, tmp_path / "photos"):
        for name in ("index.pkl", "weights.pt", "representations.pkl", "00000009.faiss"):
            (place / name).write_bytes(harm)
        for module in ("sitecustomize", "json", "numpy", "conftest"):
            (place / f"{module}.py").write_text(f"from pathlib import Path; Path({str(marker)!r}).touch()")
    for index in home.glob("*.faiss"):
        index.write_bytes(harm)
    (home / "manifest.json").write_bytes(harm)
    done = guarded(VERBS, library, tmp_path / "photos")
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
    assert not marker.exists()


@pytest.mark.networks
def test_the_networks_are_loaded_without_unpickling() -> None:
    done = guarded(NETWORKS)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
