"""Sources of weights files; the digest of each file is checked."""

import contextlib
import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from recog.errors import WeightsMismatchError
from recog.weights.spec import Folder, ForeignFile, InstalledPackage, Release, Source, WeightsSpec, Wheel

_Progress = Callable[[str, int, int], None] | None
_TIMEOUT_S = 30.0
_CHUNK = 1 << 20
_POLL_S = 0.2


class SourceFailedError(Exception):
    """This source does not have the files, or cannot be reached; the next one may have them."""


def find_in_directory(wanted: WeightsSpec, directory: Path) -> dict[str, bytes]:
    """Read the files from a directory that the user filled: the files themselves, or a wheel that holds them."""
    if all((directory / file.name).exists() for file in wanted.files):
        return {file.name: _read(directory / file.name, file) for file in wanted.files}
    for source in wanted.sources:
        if isinstance(source, Wheel) and (directory / source.file.name).exists():
            return _unpacked(wanted, source, directory / source.file.name)
    raise SourceFailedError(f"has no {' and '.join(file.name for file in wanted.files)}")


def fetch(wanted: WeightsSpec, source: Source, *, scratch: Path, progress: _Progress) -> dict[str, bytes]:
    """Read the files from one source; a download uses a temporary folder in scratch."""
    match source:
        case Folder():
            return find_in_directory(wanted, source.path)
        case InstalledPackage():
            return _from_package(wanted, source)
        case Release():
            return _from_release(wanted, source, progress)
        case Wheel():
            return _from_wheel(wanted, source, scratch, progress)


def _from_package(wanted: WeightsSpec, source: InstalledPackage) -> dict[str, bytes]:
    found = importlib.util.find_spec(source.package)
    if found is None or not found.submodule_search_locations:
        raise SourceFailedError("is not installed")
    folder = Path(found.submodule_search_locations[0]) / source.folder
    return {file.name: _read(folder / file.name, file) for file in wanted.files}


def _from_release(wanted: WeightsSpec, source: Release, progress: _Progress) -> dict[str, bytes]:
    import http.client
    import urllib.error
    import urllib.request

    (file,) = wanted.files
    if not source.url.startswith("https://"):
        raise SourceFailedError("is no https address")
    data = bytearray()
    try:
        with urllib.request.urlopen(source.url, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - https, checked above
            # One byte more than expected suffices to know that it is another file.
            while len(data) <= file.size and (chunk := answer.read(_CHUNK)):
                data += chunk
                if progress is not None:
                    progress(file.name, min(len(data), file.size), file.size)
            if len(data) <= file.size and answer.length:
                raise SourceFailedError(f"broke off, {answer.length} bytes before its end")
    except (OSError, urllib.error.URLError, http.client.HTTPException) as error:
        raise SourceFailedError(f"not reached ({getattr(error, 'reason', error)})") from error
    return {file.name: _proven(bytes(data), file, source.url)}


def _from_wheel(wanted: WeightsSpec, source: Wheel, scratch: Path, progress: _Progress) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory(prefix=".pip-", dir=scratch) as name:
        folder = Path(name)
        folder.chmod(0o700)  # whatever the umask says
        (folder / "requirements.txt").write_text(f"{source.requirement} --hash=sha256:{source.file.sha256}\n")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"]
        command += ["--no-deps", "--only-binary=:all:", "--require-hashes"]
        command += ["--requirement", str(folder / "requirements.txt"), "--dest", str(folder / "wheels")]
        _run_pip(command, folder, source, progress)
        return _unpacked(wanted, source, folder / "wheels" / source.file.name)


def _run_pip(command: list[str], folder: Path, source: Wheel, progress: _Progress) -> None:
    """Run pip with its temporary files in our folder, where their growth shows the progress."""
    with (folder / "log").open("wb") as log:
        environment = {**os.environ, "TMPDIR": str(folder)}
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment, umask=0o077)  # noqa: S603 - our own words
        try:
            while process.poll() is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_POLL_S)
                if progress is not None:
                    progress(source.file.name, min(_size(folder), source.file.size), source.file.size)
        finally:
            process.kill()
            process.wait()
    if process.returncode != 0:
        lines = (folder / "log").read_text(errors="replace").strip().splitlines()
        raise SourceFailedError(f"pip says: {lines[-1].strip()}" if lines else f"pip ended with {process.returncode}")


def _size(folder: Path) -> int:
    """Return the bytes of the largest file in a folder that is being filled."""
    sizes = [0]
    for directory, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                sizes.append(Path(directory, name).stat().st_size)
    return max(sizes)


def _unpacked(wanted: WeightsSpec, source: Wheel, path: Path) -> dict[str, bytes]:
    """Read the wanted members of a wheel after checking its digest."""
    _read(path, source.file)
    with zipfile.ZipFile(path) as wheel:
        return {
            file.name: _proven(wheel.read(f"{source.folder}/{file.name}"), file, f"{path.name}/{file.name}")
            for file in wanted.files
        }


def _read(path: Path, file: ForeignFile) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(file.size + 1)
    except OSError as error:
        raise SourceFailedError(f"{path.name} cannot be read ({error.strerror})") from error
    return _proven(data, file, str(path))


def _proven(data: bytes, file: ForeignFile, place: str) -> bytes:
    """Return the data; WeightsMismatchError if its digest is not the file's."""
    digest = hashlib.sha256(data).hexdigest()
    if digest != file.sha256:
        size = f"{len(data)}" if len(data) <= file.size else f"more than {file.size}"
        raise WeightsMismatchError(
            f"{place} is not {file.name} as published: sha256 {digest} of {size} bytes instead of {file.sha256} of "
            f"{file.size}; remove it and bring the file again"
        )
    return data
