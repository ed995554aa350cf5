"""The cache of weights: pull them once, and verify them at every use."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from recog.errors import WayOut, WeightsDamagedError, WeightsMismatchError, WeightsMissingError
from recog.weights.convert import to_safetensors
from recog.weights.files import locked, publish
from recog.weights.registry import spec
from recog.weights.sources import SourceFailedError, fetch, find_in_directory
from recog.weights.spec import Folder, Source, WeightsSpec

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with the name of the file that is pulled, the bytes so far, and its size in bytes."""

_BLOCK = 16 << 20
"""Bytes read and hashed at a time. Between blocks the thread waits for its turn, up to 5 ms while others import."""


class WeightsState(StrEnum):
    """The state of a network's weights in the cache."""

    PRESENT = "present"
    ABSENT = "absent"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class CachedWeights:
    """A network's weights in the cache; sha256 is the digest of the current file, None if there is no file."""

    state: WeightsState
    path: Path
    sha256: str | None


def ensure_weights(
    name: str | WeightsSpec, *, cache: Path, offline_dir: Path | None = None, progress: Progress | None = None
) -> Path:
    """Return the network's verified file in the cache, pulling it if it is absent.

    Raises:
        WeightsMismatchError: the cached file, or the file of a source, has another digest.
        WeightsMissingError: no source has the weights.
    """
    wanted = _spec(name)
    cached = weights_state(wanted, cache=cache)
    if cached.state is WeightsState.PRESENT:
        return cached.path
    if cached.state is WeightsState.DAMAGED:
        raise WeightsDamagedError(
            f"{cached.path} is not the {wanted.name} that was put there: its sha256 is {cached.sha256} instead of "
            f"{_expected(wanted, cached.path)}",
            name=wanted.name,
        )
    return pull(wanted, cache=cache, offline_dir=offline_dir, progress=progress)


def pull(
    name: str | WeightsSpec, *, cache: Path, offline_dir: Path | None = None, progress: Progress | None = None
) -> Path:
    """Do the same as ensure_weights, but replace a damaged file in the cache instead of raising an error.

    If two processes pull the same network, the second waits and then finds the file of the first.
    """
    wanted = _spec(name)
    with locked(cache, wanted.name):
        cached = weights_state(wanted, cache=cache)
        if cached.state is WeightsState.PRESENT:
            return cached.path
        data = _converted(wanted, cache, offline_dir, progress)
        digest = hashlib.sha256(data).hexdigest()
        if wanted.sha256 is None:
            # The note comes first, because a crash in between must not leave a file without its digest.
            publish(_digest_note(cached.path), digest.encode())
        elif digest != wanted.sha256:
            raise WeightsMismatchError(
                f"the {wanted.name} converted here has sha256 {digest} instead of {wanted.sha256}: "
                "this is a fault of recog, please report it with your versions of numpy and torch"
            )
        publish(cached.path, data)
    return cached.path


def weights_state(name: str | WeightsSpec, *, cache: Path) -> CachedWeights:
    """Return the state of a network's weights in the cache, by their digest."""
    wanted = _spec(name)
    path = cached_path(wanted, cache=cache)
    digest = _digest(path)
    return _compared(path, digest, None if digest is None else _expected(wanted, path))


def cached_path(wanted: WeightsSpec, *, cache: Path) -> Path:
    """Return where the cache has, or will have, a network's weights."""
    return cache / f"{wanted.name}{wanted.suffix}"


def found_weights(name: str | WeightsSpec, *, cache: Path) -> CachedWeights:
    """Return the state of a network's weights in the cache, or beside its description until a first use copies them."""
    wanted = _spec(name)
    cached = weights_state(wanted, cache=cache)
    if cached.state is not WeightsState.ABSENT:
        return cached
    beside = (
        (source.path / file.name, file.sha256)
        for source in wanted.sources
        for file in wanted.files
        if isinstance(source, Folder)
    )
    states = (_compared(path, _digest(path), expected) for path, expected in beside)
    return next((found for found in states if found.state is not WeightsState.ABSENT), cached)


def _digest(path: Path) -> str | None:
    """Return the digest of a file, None if there is none."""
    try:
        with path.open("rb", buffering=0) as file:
            digest, block = hashlib.sha256(), memoryview(bytearray(min(_BLOCK, path.stat().st_size + 1)))
            while size := file.readinto(block):
                digest.update(block[:size])
        return digest.hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise WeightsMissingError(f"{path} cannot be read ({error.strerror}): make it readable or delete it") from error


def _compared(path: Path, digest: str | None, expected: str | None) -> CachedWeights:
    if digest is None:
        return CachedWeights(WeightsState.ABSENT, path, None)
    return CachedWeights(WeightsState.PRESENT if digest == expected else WeightsState.DAMAGED, path, digest)


def _spec(name: str | WeightsSpec) -> WeightsSpec:
    return name if isinstance(name, WeightsSpec) else spec(name)


def _expected(wanted: WeightsSpec, path: Path) -> str:
    """Return the digest that the cached file must have."""
    if wanted.sha256 is not None:
        return wanted.sha256
    try:
        return _digest_note(path).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return "(the one in the missing or unreadable note beside it)"


def _digest_note(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _converted(wanted: WeightsSpec, cache: Path, offline_dir: Path | None, progress: Progress | None) -> bytes:
    """Return the content of the cached file, converted from the first source that has the files."""
    failures: list[str] = []
    places: list[Source | Path] = [*([] if offline_dir is None else [offline_dir]), *wanted.sources]
    for place in places:
        try:
            if isinstance(place, Path):
                files = find_in_directory(wanted, place)
            else:
                files = fetch(wanted, place, scratch=cache, progress=progress)
        except SourceFailedError as failure:
            failures.append(f"{place}: {failure}")
            continue
        made = wanted.convert(files)
        return made if isinstance(made, bytes) else to_safetensors(made)
    names = " and ".join(file.name for file in wanted.files)
    raise WeightsMissingError(
        f"no source brought the weights {wanted.name}, which are in {names} ({'; '.join(failures)})",
        way_out=WayOut.BRING_WEIGHTS,
    )
