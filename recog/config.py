"""Settings: read once from arguments, environment and file into frozen, validated values."""

from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_cache_path, user_config_path, user_data_path
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from recog.errors import ConfigError

CONFIG_FILE = user_config_path("recog") / "config.toml"


class Settings(BaseSettings):
    """Everything that a user may set; `read_settings` makes it.

    Each field is also the environment variable RECOG_<FIELD>, which is not set where it is empty, and a line of
    config.toml. The order is: arguments, environment, file, default.
    """

    model_config = SettingsConfigDict(
        env_prefix="RECOG_",
        env_ignore_empty=True,  # RECOG_LIBRARY= is no library in the current folder
        frozen=True,
        extra="forbid",
        toml_file=CONFIG_FILE,
        use_attribute_docstrings=True,
        hide_input_in_errors=True,  # a database URL holds a password
    )

    library: Path = Field(default_factory=lambda: user_data_path("recog"))
    """Directory of the catalog and the vector index."""
    database: str | None = Field(default=None, repr=False)
    """URL of the catalog, sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME; None is SQLite inside `library`."""
    cache: Path = Field(default_factory=lambda: user_cache_path("recog"))
    """Directory of pulled weights."""
    weights: Path | None = None
    """Directory where weights files were put by hand, for machines with no network."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where the networks and the index run; auto takes CUDA where torch sees it."""
    encoder: Literal["auto", "torch", "openvino"] = "auto"
    """What runs the networks on a processor; auto is OpenVINO where it is installed, several times as fast as torch."""
    detector: str = "mtcnn"
    """What finds faces: mtcnn, or a detector of an installed package."""
    network: str = "facenet-dlib"
    """The embedder: facenet-dlib (two trunks), facenet-casia (its first trunk alone), facenet-vggface2, or a network of
    your own."""
    own_networks: Path = Field(default_factory=lambda: user_config_path("recog") / "networks")
    """Directory of the descriptions (NAME.toml) of your own networks from ONNX files."""
    heads: Path | None = None
    """Directory of a head of your own for the network (`recog train head --out`), with its calibration; None is the
    shipped ones."""
    min_face: int = Field(default=24, ge=12, le=2000)
    """Smallest face side that is looked for, in pixels of the upright photo; the first network sees 12 pixels."""
    threshold: float | None = Field(default=None, gt=0.0, le=4.0)
    """Squared distance up to which two faces are one person; None is the network's calibrated one."""
    k: int = Field(default=10, ge=1, le=1000)
    """Gallery neighbours that vote on a name."""
    decode_seconds: float = Field(default=60.0, ge=1.0, le=3600.0)
    """Time in which one photo must be read and decoded; what takes longer is listed as a timeout."""
    decode_memory: int = Field(default=4096, ge=256, le=1 << 20)
    """Megabytes of address space of a process that decodes photos; what needs more is listed as too large."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic passes it by name; recog reads no .env
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise, no secrets directory
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments before environment before file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def catalog_at(self) -> str | Path:
        """Where the catalog is: a database URL, or the path of a SQLite file, which is no URL whatever its name."""
        return self.database if self.database is not None else self.library / "catalog.sqlite3"


def read_settings(**overrides: Any) -> Settings:
    """Settings with the given ones over environment and file; None means not given. ConfigError on a bad one."""
    try:
        settings = Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        problem = error.errors()[0]
        name = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            close = get_close_matches(name, Settings.model_fields, n=1)
            way_out = f"did you mean {close[0]!r}?" if close else f"choose of {', '.join(Settings.model_fields)}"
            raise ConfigError(f"there is no setting {name!r}, which {CONFIG_FILE} names: {way_out}") from error
        given = "what was given" if name == "database" else repr(problem["input"])  # the URL may hold a password
        raise ConfigError(
            f"the setting {name!r} cannot be {given}: {problem['msg']}; "
            f"it comes from an option, RECOG_{name.upper()}, or {CONFIG_FILE}"
        ) from error
    except OSError as error:
        raise ConfigError(f"the settings file {CONFIG_FILE} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"the settings file {CONFIG_FILE} is not valid TOML: {error}; mend or remove it") from error
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
                f"the directory {path} of the setting {name!r} has a name that is no UTF-8, and weights are read from "
                "no such place: choose another"
            )
    return settings.model_copy(update=whole)


def _is_utf8(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True
