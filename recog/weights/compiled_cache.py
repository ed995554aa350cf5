"""The cache of compiled networks, which load in a sixth of the time that compiling takes.

OpenVINO reads such a file without any check, and its content decides whom recog recognises. So recog uses a file only
if it belongs to the user, nobody else may write to it, and its digest covers its bytes and everything that they depend
on: verified weights, recog's own code, OpenVINO's version and the processor. Any other file is ignored and replaced. If
the cache cannot be written, networks are compiled at every start.
"""

import hashlib
import os
import platform
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

from recog import durable
from recog.weights import openvino_runtime
from recog.weights.openvino_runtime import RunOptions, compiled, imported, openvino

_MAGIC = b"recogovn"
_CODE = [Path(__file__), Path(openvino_runtime.__file__)]
_START = len(_MAGIC) + hashlib.sha256().digest_size


def compiled_once(
    path: Path,
    graph: Callable[[], Any],
    *,
    made_of: Sequence[str],
    code: Sequence[Path],
    **options: Unpack[RunOptions],
) -> Any:
    """Return the openvino.CompiledModel cached at path; if there is none, compile `graph` and cache it there.

    made_of names everything that `graph` depends on, except recog's code: digests of weights, numbers. code lists the
    files of that code. options are those of recog.weights.openvino_runtime;
    only bfloat16 decides whether a cached network fits, because the others are set anew when it is read.
    """
    identity = identity_of([*made_of, "bfloat16"] if options.get("bfloat16") else made_of, code)
    own = _own(path)
    if own is not None and own.seal == _seal(identity, own.payload.data):
        with suppress(RuntimeError):  # OpenVINO's error for a file that it cannot read
            return imported(own.payload, **options)
    network = compiled(graph(), **options)
    payload = network.export_model().getbuffer()
    with suppress(OSError):  # a full disk or a read-only cache costs only time
        durable.put(path, sealed(identity, payload))
    return network


def identity_of(made_of: Sequence[str], code: Sequence[Path]) -> bytes:
    """Return everything that a compiled network depends on: OpenVINO's version, processor, inputs, recog's code."""
    return "\n".join([openvino.get_version(), _processor(), *made_of, *map(_digest_of, [*_CODE, *code])]).encode()


def sealed(identity: bytes, payload: memoryview) -> bytes:
    """Return the content of a cache file that is valid for this identity."""
    return b"".join([_seal(identity, payload), payload])


def _seal(identity: bytes, payload: Any) -> bytes:
    """Return the head of a file, with the digest of both and of the length of the first; payload is any buffer."""
    digest = hashlib.sha256(len(identity).to_bytes(8, "little") + identity)
    digest.update(payload)
    return _MAGIC + digest.digest()


@dataclass(frozen=True, slots=True)
class _Kept:
    """The content of a cache file; payload is an openvino.Tensor of bytes, because OpenVINO uses its memory."""

    seal: bytes
    payload: Any


def _own(path: Path) -> _Kept | None:
    """Return the content of a regular file of this user that nobody else may write to; otherwise None."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor
        status = os.fstat(descriptor)
        shared = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        size = status.st_size - _START
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or shared or size < 1:
            return None
        payload = openvino.Tensor(openvino.Type.u8, [size])
        try:
            kept = _Kept(file.read(_START), payload)
            whole = file.readinto(payload.data) == size
        except OSError:
            return None
    return kept if whole else None


def _processor() -> str:
    """Describe the processor, because OpenVINO compiles for its instructions."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith(("flags", "Features")):
                return f"{platform.machine()} {line}"
    return f"{platform.machine()} {platform.processor()}"


def _digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
