"""Which group a photo's person belongs to, by the name of a folder."""

from enum import StrEnum
from pathlib import Path


class Grouping(StrEnum):
    """How folders tell of groups."""

    PREFIXES = "prefixes"
    """GROUP_PERSON/photo: the name of the person's folder up to its first underscore."""
    FOLDERS = "folders"
    """GROUP/PERSON/photo."""


def group_of(photo: Path, grouping: Grouping) -> str:
    """The group of the person whose folder holds the photo."""
    if grouping is Grouping.FOLDERS:
        return photo.parent.parent.name
    return photo.parent.name.partition("_")[0]


def people_pattern(pattern: str, grouping: Grouping | None) -> str:
    """The pattern that finds people's folders, from that of their names."""
    return f"*/{pattern}" if grouping is Grouping.FOLDERS else pattern
