"""Compiled networks kept in the cache, which load in a sixth of the time that compiling takes.

OpenVINO reads such a file with no check of its own, and what it holds decides whom recog sees. So one counts only if it
belongs to whoever runs recog, nobody else may write to it, and its digest is of its bytes together with all that they
were made of: verified weights, recog's own code, OpenVINO's version and the processor. Any other is ignored and
replaced. Where none can be written, networks are compiled at every start.
"""

import hashlib
import os
import platform
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from recog import durable
from recog.weights import openvino_runtime
from recog.weights.openvino_runtime import compiled, imported, openvino

_MAGIC = b"recogovn"
_CODE = [Path(__file__), Path(openvino_runtime.__file__)]
_START = len(_MAGIC) + hashlib.sha256().digest_size


def compiled_once(
    path: Path, graph: Callable[[], Any], *, made_of: Sequence[str], code: Sequence[Path], threads: int | None = None
) -> Any:
    """An openvino.CompiledModel: the one kept at path, or of `graph`, which is then kept there.

    made_of names all but recog's code that decides what `graph` returns: digests of weights, numbers. code is the files
    of that code. threads as in recog.weights.openvino_runtime.
    """
    identity = "\n".join([openvino.get_version(), _processor(), *made_of, *map(_digest_of, [*_CODE, *code])]).encode()
    content = _own(path)
    start, payload = content[:_START], content[_START:]
    if start == _seal(identity, payload):
        with suppress(RuntimeError):  # OpenVINO's for what it cannot read after all
            return imported(payload, threads=threads)
    network = compiled(graph(), threads=threads)
    payload = network.export_model().getbuffer()
    with suppress(OSError):  # a full disk, a cache that is read-only: nothing but time is lost
        durable.put(path, b"".join([_seal(identity, payload), payload]))
    return network


def _seal(identity: bytes, payload: memoryview) -> bytes:
    """How a file starts: the digest of both, and of where the first ends."""
    digest = hashlib.sha256(len(identity).to_bytes(8, "little") + identity)
    digest.update(payload)
    return _MAGIC + digest.digest()


def _own(path: Path) -> memoryview:
    """The content of a regular file that belongs to this user, and to which nobody else may write; empty without."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return memoryview(b"")
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor
        status = os.fstat(descriptor)
        shared = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or shared:
            return memoryview(b"")
        try:
            return memoryview(file.read())
        except OSError:
            return memoryview(b"")


def _processor() -> str:
    """What decides which instructions OpenVINO plans for."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith(("flags", "Features")):
                return f"{platform.machine()} {line}"
    return f"{platform.machine()} {platform.processor()}"


def _digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
