"""The run record: what went into a head and what came out, so that the run can be repeated."""

import json
import platform
import shutil
import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from recog.durable import put
from recog.errors import TrainingError, WayOut

PACKAGES = ("recog", "torch", "numpy", "safetensors", "facenet-pytorch", "pillow")


def check_name(name: str) -> None:
    """Raise TrainingError if the files of a run cannot be named after `name`."""
    if not name or Path(name).name != name:
        raise TrainingError(f"{name!r} is no name for files", way_out=WayOut.NAME_FOLDER)


def code_state() -> Mapping[str, str]:
    """Return the versions of the packages, and the git commit of this checkout ("none" in an installed package)."""
    return {
        "commit": _commit(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        **{package: version(package) for package in PACKAGES},
    }


def _commit() -> str:
    git = shutil.which("git")
    if git is None:
        return "none"
    here = Path(__file__)
    found = ""
    # An installed package may lie in somebody else's repository, which does not track this file.
    for question in (["ls-files", "--error-unmatch", here.name], ["rev-parse", "HEAD"]):
        done = subprocess.run(  # noqa: S603 - fixed arguments
            [git, "-C", str(here.parent), *question], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            return "none"
        found = done.stdout.strip()
    return found


def write_record(path: Path, record: Mapping[str, object]) -> None:
    """Write the record as JSON beside the head, replacing an older one atomically."""
    put(path, (json.dumps(record, indent=1, ensure_ascii=False) + "\n").encode(), mode=0o644)
