"""Check before the work that its result can be written afterwards."""

import os
from pathlib import Path

from recog.errors import RecogError


def check_folder(folder: Path) -> None:
    """Raise RecogError if the folder cannot be created, or files cannot be created in it."""
    there = folder.absolute()
    while not os.path.lexists(there):
        there = there.parent
    _check(there, folder)


def check_file(path: Path) -> None:
    """Raise RecogError if a file of this name cannot be written; its folder must exist."""
    if path.is_dir():
        raise RecogError(f"{path} is a folder: name a file")
    _check(path.absolute().parent, path)


def _check(there: Path, wanted: Path) -> None:
    if not there.is_dir():
        raise RecogError(f"{wanted} cannot be written because {there} is no folder: name another place")
    if not os.access(there, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        raise RecogError(f"{wanted} cannot be written because you may not write to {there}: name another place")
