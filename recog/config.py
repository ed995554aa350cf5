"""Settings: read once from arguments, environment and file into frozen, validated values."""

import os
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_cache_path, user_config_path, user_data_path
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from recog.errors import ConfigError

CONFIG_FILE = user_config_path("recog") / "config.toml"
_PREFIX = "RECOG_"
"""Begins the name of every environment variable of a setting."""


class Settings(BaseModel):
    """Everything that a user may set; `read_settings` makes it.

    Each field is also the environment variable RECOG_<FIELD> and a line of config.toml. Arguments win over the
    environment, the environment over the file, and the file over the default.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,  # a database URL holds a password
    )

    library: Path = Field(default_factory=lambda: user_data_path("recog"))
    """Directory of the catalog, the vector index and the thumbnails of photos."""
    database: str | None = Field(default=None, repr=False)
    """URL of the catalog, sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME; by default a file in `library`."""
    database_read: str | None = Field(default=None, repr=False)
    """URL of a read replica of the server in `database`, postgresql://…: `identify`, `search` and `find` ask it. What
    was written in the last moments may be missing from their answers, but nobody who was forgotten is in them."""
    host: str | None = None
    """Name of this machine, by which the catalog tells its folders from those of others. By default that of the system
    if PostgreSQL keeps the catalog, and none for SQLite. Set it in containers, whose names change."""
    cache: Path = Field(default_factory=lambda: user_cache_path("recog"))
    """Directory of the downloaded weights."""
    weights: Path | None = None
    """Directory of weights files that you put there by hand, for machines without a network."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where the networks and the index run; auto takes CUDA if torch finds it."""
    index: Literal["auto", "memory"] = "auto"
    """Where the vector index is: auto is a file in `library`, or PostgreSQL itself if it keeps the catalog; memory is a
    copy of all embeddings in the memory of each command, and no file, for a GPU beside PostgreSQL."""
    encoder: Literal["auto", "torch", "openvino"] = "auto"
    """What runs the networks on a CPU; auto takes OpenVINO if it is installed: it is several times as fast as torch."""
    detector: str = "yunet-mtcnn"
    """What finds faces: yunet-mtcnn, mtcnn, or a detector of an installed package."""
    network: str = "facenet-sface-dlib"
    """The embedder: facenet-sface-dlib, sface-dlib, facenet-sface, sface or facenet-dlib, which name their trunks;
    facenet-casia or facenet-vggface2, FaceNet alone; or a network of your own."""
    own_networks: Path = Field(default_factory=lambda: user_config_path("recog") / "networks")
    """Directory of the descriptions (NAME.toml) of your own networks from ONNX files."""
    heads: Path | None = None
    """Directory of your own head for the network (`recog train head --out`) and its calibration; by default the
    shipped ones."""
    min_face: int = Field(default=24, ge=12, le=2000)
    """Smallest face to detect: its side in pixels of the upright photo. The first detection network sees 12 pixels."""
    threshold: float | None = Field(default=None, gt=0.0, le=4.0)
    """Squared distance up to which two faces are one person; by default the network's calibrated one."""
    k: int = Field(default=10, ge=1, le=1000)
    """Number of nearest confirmed faces that vote on a name."""
    over_time: bool = True
    """Whether dates count: a face is compared with what a person looked like then, the face of a child whose birth date
    is known gets a name at a smaller distance, and groups grow along time. Without dates it changes nothing."""
    decode_seconds: float = Field(default=60.0, ge=1.0, le=3600.0)
    """Time limit for reading and decoding one photo; a slower photo is listed as a timeout."""
    decode_memory: int = Field(default=4096, ge=256, le=1 << 20)
    """Address space in megabytes of each decoding process; a photo that needs more is listed as too large."""
    unknown_days: int | None = Field(default=None, ge=1, le=36500)
    """Days after which faces that nobody named lose their embeddings, at the end of the next run of `index`; by default
    they keep them."""
    thumbnail_space: int = Field(default=4096, ge=1, le=1 << 20)
    """Megabytes that thumbnails of photos may take in `library`, about 15 a thousand photos; those not seen for longest
    go first."""

    watch: bool = False
    """Whether `recog serve` watches the indexed folders, and indexes what changes in them."""

    @property
    def catalog_at(self) -> str | Path:
        """Where the catalog is: a database URL, or the path of a SQLite file, which is never read as a URL."""
        return self.database if self.database is not None else self.library / "catalog.sqlite3"


def read_settings(**overrides: Any) -> Settings:
    """Read the settings; an override wins over environment and file, and None means not given.

    Raises ConfigError for a setting that does not exist or has a value out of range, and for a file that cannot be
    read.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = Settings(**{**_of_file(), **_of_environment(), **given})
    except ValidationError as error:
        raise _refused(error) from error
    return settings.model_copy(update=_whole(settings))


def as_environment(settings: Settings) -> dict[str, str]:
    """Return the environment in which `read_settings` gives these settings, for processes that start in it."""
    given = {name: getattr(settings, name) for name in settings.model_fields_set}
    return {f"{_PREFIX}{name.upper()}": str(value) for name, value in given.items() if value is not None}


def _of_file() -> dict[str, Any]:
    if not CONFIG_FILE.is_file():
        return {}
    import tomllib

    try:
        return tomllib.loads(CONFIG_FILE.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"the settings file {CONFIG_FILE} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"the settings file {CONFIG_FILE} is not valid TOML: {error}; fix or remove it") from error


def _of_environment() -> dict[str, str]:
    """Return the settings of the environment; an empty variable counts as not set, in any case of letters."""
    found = {name.upper(): value for name, value in os.environ.items() if value}
    return {name: found[key] for name in Settings.model_fields if (key := f"{_PREFIX}{name.upper()}") in found}


def _refused(error: ValidationError) -> ConfigError:
    """Return the first problem that pydantic found, as a sentence with the way out."""
    problem = error.errors()[0]
    name = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        close = get_close_matches(name, Settings.model_fields, n=1)
        way_out = f"did you mean {close[0]!r}?" if close else f"choose from {', '.join(Settings.model_fields)}"
        return ConfigError(f"there is no setting {name!r}, which {CONFIG_FILE} names: {way_out}")
    given = "what was given" if name.startswith("database") else repr(problem["input"])  # the URL may hold a password
    return ConfigError(
        f"the setting {name!r} cannot be {given}: {problem['msg']}; "
        f"it comes from an option, {_PREFIX}{name.upper()}, or {CONFIG_FILE}"
    )


def _whole(settings: Settings) -> dict[str, Path]:
    """Return every directory of the settings as an absolute path, with ~ expanded."""
    try:
        whole = {
            name: path.expanduser().absolute()
            for name in ("library", "cache", "weights", "heads", "own_networks")
            if (path := getattr(settings, name)) is not None
        }
    except RuntimeError as error:
        raise ConfigError(f"a directory of the settings starts with ~ and is nobody's home here ({error})") from error
    for name, path in whole.items():
        if name != "library" and not _is_utf8(path):
            raise ConfigError(
                f"the directory {path} of the setting {name!r} has a name that is not UTF-8, and weights cannot "
                "be read from there: choose another"
            )
    return whole


def _is_utf8(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True
