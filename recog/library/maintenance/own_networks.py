"""The user's own networks: add one from an ONNX file, put a trained head on it, remove it.

The description NAME.toml is written last, and every file that it names has its own digest in its name. So a network is
there whole or not at all, whenever recog is killed; the next call for that name deletes what the killed one left.
"""

import fcntl
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from recog import durable
from recog.config import Settings
from recog.embed.description import (
    LARGEST_FILE,
    Description,
    as_toml,
    described,
    described_by,
    description_path,
    descriptions,
    file_beside,
    named_beside,
)
from recog.embed.head import load_head
from recog.embed.onnx import OnnxNetwork
from recog.errors import ConfigError, WayOut, WeightsMismatchError, WeightsMissingError
from recog.evaluate.calibration_file import calibration_path
from recog.library.maintenance.network_check import check_network, noise
from recog.library.maintenance.results import OwnNetwork, RemovedNetwork
from recog.weights.loading import LoadOptions

_HEAD_SUFFIXES = (".safetensors", ".json")
_UNKNOWN_DIM = 2
"""Stands in a description until the file has said how many dimensions its output has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preprocessing:
    """What a network sees of a face, as a description has it (see recog.embed.description)."""

    input_size: int
    alignment: str
    colour: str
    mean: float | tuple[float, float, float]
    scale: float | tuple[float, float, float]
    crop_scale: float
    flip: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a network comes from, in the user's words. non_commercial: its licence forbids commercial use."""

    licence: str
    trained_on: str
    non_commercial: bool


def add_network(
    settings: Settings,
    name: str,
    file: Path,
    preprocessing: Preprocessing,
    origin: Origin,
    *,
    dim: int | None = None,
    replace: bool = False,
) -> OwnNetwork:
    """Copy an ONNX file into the directory of own networks, run it, and describe it.

    dim is the number of dimensions that its output must have; None takes that of the file. replace allows a network
    that has the name already.

    Raises:
        ConfigError: the name is taken or no name, a value is out of its range, or OpenVINO is missing.
        WeightsMissingError: the file cannot be read, or the directory not be written.
        WeightsMismatchError: the file is no network that fits these values, or its embeddings say nothing of a face.
    """
    directory = settings.own_networks
    path = description_path(name, directory=directory)
    _refuse_existing(path, replace=replace)
    content = _network_file(file)
    digest = sha256(content).hexdigest()
    fields = {
        "file": f"{file_beside(name, digest)}.onnx",
        "sha256": digest,
        "size": len(content),
        **{one: getattr(origin, one) for one in ("licence", "non_commercial", "trained_on")},
        **{one: getattr(preprocessing, one) for one in Preprocessing.__dataclass_fields__},
    }
    network = OnnxNetwork(described_by(fields | {"dim": dim or _UNKNOWN_DIM}, path)).opened(content, file)
    found = network.description.dim
    if dim not in {None, found}:
        raise WeightsMismatchError(f"{file} gives an output of {found} dimensions, not {dim}: leave that number out")
    description = described_by(fields | {"dim": found}, path)
    check_network(name, network, noise(description.input_size, views=2 if description.aligned else 1))
    text = as_toml(fields | {"dim": found})
    with _writing(directory):
        replaced = path.exists()
        _refuse_existing(path, replace=replace)
        durable.put(directory / description.file, content)
        durable.put(path, text.encode())
        _discard_unnamed(settings, name)
    return _told(settings, description, replaced=replaced)


def set_head(settings: Settings, name: str, file: Path | None) -> OwnNetwork:
    """Put a head of `recog train head` on a network of the user's own; None takes its head off again.

    The head's run record, and its calibration if there is one, lie beside the file.

    Raises:
        ConfigError: there is no such network of the user's own.
        WeightsError: the head cannot be read, or was trained on another network.
    """
    directory = settings.own_networks
    with _writing(directory):
        old = _existing(settings, name)
        files = {} if file is None else _head_files(name, file, old)
        head = None if file is None else next(iter(files)).removesuffix(_HEAD_SUFFIXES[0])
        new = old.model_copy(update={"head": head})
        for beside, content in files.items():
            durable.put(directory / beside, content)
        durable.put(description_path(name, directory=directory), as_toml(_content(new)).encode())
        _discard_unnamed(settings, name)
    return _told(settings, new, replaced=True)


def remove_network(settings: Settings, name: str) -> RemovedNetwork:
    """Delete a network of the user's own: its description first, then its files, also those in the cache.

    Also deletes what a killed call left.

    Raises:
        ConfigError: there is no such network, or the settings use it.
        WeightsMissingError: a file cannot be deleted.
    """
    directory = settings.own_networks
    path = directory / f"{name}.toml"
    if name not in descriptions(directory):
        left = _left_by_a_killed_run(settings, name)
        if not left:
            raise _unknown(settings, name)
        return RemovedNetwork(name, left)
    if settings.network == name:
        raise ConfigError(
            f"the setting 'network' names {name}: choose another network there first; every face is then embedded by "
            "that one"
        )
    with _writing(directory):
        path.unlink(missing_ok=True)
        durable.sync_directory(directory)
        gone = _discard_unnamed(settings, name)
        if (calibration := calibration_path(name, directory=directory)).exists():
            calibration.unlink()
            gone.append(calibration)
    return RemovedNetwork(name, (path, *gone))


def _left_by_a_killed_run(settings: Settings, name: str) -> tuple[Path, ...]:
    """Delete and return the files of a network without a description."""
    if not settings.own_networks.is_dir():
        return ()
    with _writing(settings.own_networks):
        return tuple(_discard_unnamed(settings, name))


def _network_file(path: Path) -> bytes:
    """Read a file of a size that a network can have; only a regular file has an end."""
    try:
        with open(_open_at_once(path), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise WeightsMismatchError(f"{path} is no file: name the ONNX file of a network")
            if status.st_size > LARGEST_FILE:
                raise WeightsMismatchError(
                    f"{path} has {status.st_size / 1e9:.1f} GB, and an ONNX file has at most {LARGEST_FILE / 1e9:.1f}: "
                    "export a smaller network"
                )
            if content := file.read(LARGEST_FILE):
                return content
            raise WeightsMismatchError(f"{path} is empty: name the ONNX file of a network")
    except OSError as error:
        raise WeightsMissingError(
            f"{path} cannot be read ({error.strerror}): name the ONNX file of a network"
        ) from error


def _open_at_once(path: Path) -> int:
    """Open for reading, without waiting for the other end of a pipe."""
    return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)


def _head_files(name: str, file: Path, network: Description) -> Mapping[str, bytes]:
    """Return the files of a head by the names that they get beside the description, the tensors first."""
    if file.suffix != _HEAD_SUFFIXES[0]:
        raise WeightsMissingError(f"{file} is no head: name the file HEAD.safetensors of a training")
    for one in map(file.with_suffix, _HEAD_SUFFIXES):
        if not one.is_file():
            raise WeightsMissingError(f"there is no file {one}: name the file HEAD.safetensors that a training wrote")
    head = load_head(file.stem, directory=file.parent, features=network.dim)
    OnnxNetwork(network).check_head(head)
    kept = file_beside(name, head.sha256)
    files = {f"{kept}{suffix}": file.with_suffix(suffix).read_bytes() for suffix in _HEAD_SUFFIXES}
    calibration = calibration_path(file.stem, directory=file.parent)
    if calibration.exists():
        files[calibration_path(kept, directory=network.directory).name] = calibration.read_bytes()
    return files


def _existing(settings: Settings, name: str) -> Description:
    description = described(name, directory=settings.own_networks)
    if description is None:
        raise _unknown(settings, name)
    return description


def _unknown(settings: Settings, name: str) -> ConfigError:
    known = descriptions(settings.own_networks)
    sentence = f"there is no network of your own called {name!r} in {settings.own_networks}"
    if not known:
        return ConfigError(sentence, way_out=WayOut.ADD_NETWORK)
    return ConfigError(f"{sentence}: choose one of {', '.join(known)}")


def _refuse_existing(path: Path, *, replace: bool) -> None:
    if path.exists() and not replace:
        raise ConfigError(f"{path} describes a network of that name already", way_out=WayOut.REPLACE_NETWORK)


@contextmanager
def _writing(directory: Path) -> Iterator[None]:
    """Hold the lock of a directory of own networks, which is made if needed; translate errors of the disk."""
    try:
        durable.make_directory(directory)
        descriptor = durable.open_usable(directory / ".lock", os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
    except OSError as error:
        raise WeightsMissingError(
            f"the directory {directory} of own networks cannot be written ({error.strerror}): make room there, check "
            "its permissions, or choose another in the setting 'own_networks'"
        ) from error


def _discard_unnamed(settings: Settings, name: str) -> list[Path]:
    """Delete the files of a network, here and in the cache, that no description names; return them.

    They are those of an earlier network of that name, and of a run that was killed.
    """
    directory = settings.own_networks
    for each in durable.abandoned(directory):
        each.unlink(missing_ok=True)
    described_in = (path for path in directory.glob("*.toml") if path.is_file())
    named = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in described_in)
    gone = [
        path
        for place in (directory, settings.cache)
        if place.is_dir()
        for path in sorted(place.iterdir())
        if (beside := named_beside(name, path.name)) is not None and beside not in named
    ]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone


def _content(description: Description) -> dict[str, Any]:
    """Return what a description's file says."""
    return description.model_dump(exclude={"name", "directory"}, exclude_none=True)


def _told(settings: Settings, description: Description, *, replaced: bool) -> OwnNetwork:
    network = OnnxNetwork(description)
    info = network.facts(LoadOptions(cache=settings.cache)).info
    return OwnNetwork(
        name=description.name,
        description=description_path(description.name, directory=settings.own_networks),
        sha256=info.sha256,
        dim=info.dim,
        licence=description.licence,
        commercial_use=description.weights.commercial_use.value,
        head=description.head,
        calibrated=calibration_path(info.name, directory=settings.own_networks).exists(),
        replaced=replaced,
        in_use=settings.network == description.name,
    )
