"""Photos that are there twice, as text and as a list of files."""

import os
from collections.abc import Collection
from pathlib import Path

from recog.library.reports.results import CopiedFile, CopiedPhotos
from recog.printable import printable
from recog.render.figures import count, number
from recog.render.language import gettext


def copies_text(found: CopiedPhotos) -> str:
    """Write each group with its best file first."""
    if not found.groups:
        return "No photo is there twice."
    rest = len(others(found))
    blocks = [
        "\n".join(
            f"{'keep' if place == 0 else 'copy'}  {printable(one.path)}  ({facts(one)})"
            for place, one in enumerate(group.files)
        )
        for group in found.groups
    ]
    summary = f"{count(len(found.groups), 'picture')} with {count(rest, 'further file')}. recog deletes nothing."
    return "\n\n".join([*blocks, summary])


def facts(one: CopiedFile) -> str:
    """Write what files are ranked by: '4,000 x 3,000, sharpness 212, 3.1 MB'."""
    sharp = "" if one.sharpness is None else gettext("sharpness %(number)s", number=number(one.sharpness)) + ", "
    size = f"{number(one.bytes / 1e3)} kB" if one.bytes < 1e6 else f"{number(one.bytes / 1e6, 1)} MB"
    return f"{number(one.width)} x {number(one.height)}, {sharp}{size}"


def others(found: CopiedPhotos, kept: Collection[str] = ()) -> list[Path]:
    """Return the files that are not kept: of each group all but the one whose `key_of` is in `kept`, or the best."""
    paths: list[Path] = []
    for group in found.groups:
        chosen = next((one for one in group.files if key_of(one) in kept), group.files[0])
        paths += [one.path for one in group.files if one is not chosen]
    return paths


def key_of(one: CopiedFile) -> str:
    """Return a short name of a file, by which a page asks for it: the photo, and a digest of the path."""
    import hashlib  # noqa: PLC0415 - only pages ask

    return f"{one.photo_id}-{hashlib.sha256(os.fsencode(one.path)).hexdigest()[:8]}"


def list_of(paths: Collection[Path]) -> bytes:
    """Write paths as they are on the disk, one a line."""
    return b"".join(os.fsencode(path) + b"\n" for path in paths)
