"""Make permissions apply to root for a while, so that tests of unreadable files work as root."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

_VERSION, _PARTS = 0x20080522, 2
"""Version and size of the system call's structures: two of 32 capabilities each."""
_OVERRIDES = 1 << 1 | 1 << 2
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, which override permissions."""


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Part(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


@contextmanager
def bound_by_permissions() -> Iterator[None]:
    """Hold this thread to the permissions of files."""
    if os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header, parts = _Header(_VERSION, 0), (_Part * _PARTS)()
    _called(libc.capget(ctypes.byref(header), parts))
    before = parts[0].effective
    parts[0].effective = before & ~_OVERRIDES
    _called(libc.capset(ctypes.byref(header), parts))
    try:
        yield
    finally:
        parts[0].effective = before
        _called(libc.capset(ctypes.byref(header), parts))


def _called(status: int) -> None:
    if status != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
