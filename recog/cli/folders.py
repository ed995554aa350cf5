"""Refuse before the work what could not be written after it."""

import os
from pathlib import Path

from recog.errors import RecogError


def check_folder(folder: Path) -> None:
    """RecogError where files cannot be put into folder, or where it is not there, where it cannot be made."""
    there = folder.absolute()
    while not os.path.lexists(there):
        there = there.parent
    _check(there, folder)


def check_file(path: Path) -> None:
    """RecogError where a file of that name cannot be written; its folder must be there."""
    if path.is_dir():
        raise RecogError(f"{path} is a folder: name a file")
    _check(path.absolute().parent, path)


def _check(there: Path, wanted: Path) -> None:
    if not there.is_dir():
        raise RecogError(f"{wanted} cannot be written, for {there} is no folder: name another place")
    if not os.access(there, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        raise RecogError(f"{wanted} cannot be written, for you may not write to {there}: name another place")
