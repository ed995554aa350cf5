"""Change one setting in the settings file, and leave every other line as its user wrote it."""

import os
import re
import tomllib
from pathlib import Path
from typing import Any

from recog.config import CONFIG_FILE, Settings
from recog.durable import make_directory, put
from recog.errors import ConfigError


def stored_settings(file: Path = CONFIG_FILE) -> dict[str, Any]:
    """Return the settings that the file holds; none if there is no file. ConfigError if it cannot be read."""
    return _parsed(file, _text(file))


def change_setting(name: str, value: float | bool | str | None, *, file: Path = CONFIG_FILE) -> None:
    """Write one setting to the file, or remove it with None; comments and other settings stay.

    Raises:
        ConfigError: the setting spans several lines of the file, or the file cannot be read or written.
    """
    if name not in Settings.model_fields:
        raise ValueError(f"there is no setting {name}")
    before = _text(file)
    known = _parsed(file, before)
    wanted = {key: one for key, one in known.items() if key != name} | ({} if value is None else {name: value})
    kept = [line for line in before.splitlines() if not re.match(rf"\s*[\"']?{name}[\"']?\s*=", line)]
    lines = kept if value is None else [f"{name} = {_written(value)}", *kept]
    after = "".join(f"{line}\n" for line in lines)
    try:
        same = tomllib.loads(after) == wanted
    except ValueError:
        same = False
    if not same:
        raise ConfigError(f"the setting {name!r} spans several lines of {file}: change it there by hand")
    try:
        make_directory(file.parent)
        put(file, after.encode())
    except OSError as error:
        raise ConfigError(f"the settings file {file} cannot be written: {error.strerror}") from error


def from_environment(name: str) -> str | None:
    """Return the environment variable that sets a setting, and wins over the file; None if none does."""
    wanted = f"RECOG_{name.upper()}"
    return next((key for key, value in os.environ.items() if value and key.upper() == wanted), None)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8") if file.is_file() else ""
    except OSError as error:
        raise ConfigError(f"the settings file {file} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"the settings file {file} is not UTF-8: fix or remove it") from error


def _parsed(file: Path, content: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content)
    except ValueError as error:
        raise ConfigError(f"the settings file {file} is not valid TOML: {error}; fix or remove it") from error


def _written(value: float | bool | str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value}'"
    return repr(value)
