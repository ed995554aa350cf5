"""Names and paths made safe to show: characters that move the cursor or reverse the line are escaped."""

import os
import unicodedata
from pathlib import Path

_WRITTEN_OUT = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"
"""Zero-width joiners: part of Persian and Indic spelling and of emoji; harmless."""
_BYTE_BASE = 0xDC00
"""Base of the code points that stand for bytes of a file name that is not UTF-8 (PEP 383)."""


def printable(text: str | Path) -> str:
    r"""Escape text or a path for a terminal or a page, on one line: control characters appear as \x1b or \u202e.

    Characters that change the direction of writing are escaped too, and a byte of a path that is not UTF-8 appears as
    \xff. Everything else stays as it is.
    """
    return "".join(_shown(char) for char in os.fspath(text))


def _shown(char: str) -> str:
    if unicodedata.category(char) not in _WRITTEN_OUT or char in _JOINERS:
        return char
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:
        code -= _BYTE_BASE
    if char in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[char]
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
