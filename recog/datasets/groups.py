"""The group of a photo's person, from the name of a folder."""

from enum import StrEnum
from pathlib import Path


class Grouping(StrEnum):
    """How folders name groups."""

    PREFIXES = "prefixes"
    """GROUP_PERSON/photo: the name of the person's folder up to its first underscore."""
    FOLDERS = "folders"
    """GROUP/PERSON/photo."""


def group_of(photo: Path, grouping: Grouping) -> str:
    """Return the group of the person whose folder holds the photo."""
    if grouping is Grouping.FOLDERS:
        return photo.parent.parent.name
    return photo.parent.name.partition("_")[0]


def people_pattern(pattern: str, grouping: Grouping | None) -> str:
    """Return the pattern of paths to people's folders from the pattern of their names."""
    return f"*/{pattern}" if grouping is Grouping.FOLDERS else pattern
