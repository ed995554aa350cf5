"""Results of albums."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from recog.store.albums import AlbumOutput
from recog.store.records import FiledPhoto


@dataclass(frozen=True, slots=True)
class AlbumState:
    """An album with today's query, names and number of photos. outputs are those of this machine."""

    name: str
    query: str
    confirmed: bool
    made_at: str
    photos: int
    outputs: tuple[AlbumOutput, ...]


@dataclass(frozen=True, slots=True)
class AlbumPhotos:
    """The photos of an album, the newest first."""

    name: str
    query: str
    photos: tuple[FiledPhoto, ...]


@dataclass(frozen=True, slots=True)
class OutdatedOutput:
    """A folder or file of an album that could not be kept up, and why."""

    album: str
    path: Path
    detail: str


@dataclass(frozen=True, slots=True)
class KeptUp:
    """What was kept up: the number of outputs, and those that could not be."""

    outputs: int
    outdated: tuple[OutdatedOutput, ...]


@dataclass(frozen=True, slots=True)
class AlbumStatistics:
    """The photos of an album by year, its people by photos, and pairs of people who are on a photo together.

    undated counts photos without a date of their own. people and together hold the most frequent ones first.
    """

    name: str
    query: str
    photos: int
    undated: int
    years: Mapping[str, int]
    people: tuple[tuple[str, int], ...]
    together: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class OnThisDay:
    """Photos that were taken on a day of earlier years, the newest first; day is MM-DD. album: None for all photos."""

    day: str
    album: str | None
    photos: tuple[FiledPhoto, ...]
