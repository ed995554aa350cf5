"""What `backup` and `restore` answer."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Backup:
    """`backup`: the file that holds the whole catalog as it was at one moment; size in bytes."""

    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class Restored:
    """`restore`: what the catalog holds now. kept is the copy of the one before; None where there was none."""

    backup: Path
    kept: Path | None
    photos: int
    faces: int
    people: int
