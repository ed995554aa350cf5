"""The protocol between recog and a decoding process: a message is a length and that much JSON; pixels may follow."""

import json
import socket
import struct
import time
from collections.abc import Mapping
from typing import Any

_LENGTH = struct.Struct("!I")
_MOST_BYTES = 1 << 20
"""A path and a sentence about it are far shorter, so a longer message is an error."""


def send(connection: socket.socket, message: Mapping[str, object]) -> None:
    """Send one message; OSError if the other side is gone."""
    content = json.dumps(message).encode("ascii")
    connection.sendall(_LENGTH.pack(len(content)) + content)


def receive(connection: socket.socket, deadline: float | None = None) -> dict[str, Any]:
    """Receive the next message.

    deadline is a time of time.monotonic(); None waits for ever. Raises EOFError at the end of the connection,
    TimeoutError at the deadline, ValueError if the bytes are no message.
    """
    head = bytearray(_LENGTH.size)
    fill(connection, memoryview(head), deadline)
    (length,) = _LENGTH.unpack(head)
    if length > _MOST_BYTES:
        raise ValueError(f"a message of {length} bytes")
    content = bytearray(length)
    fill(connection, memoryview(content), deadline)
    try:
        message = json.loads(content)
    except RecursionError as error:
        raise ValueError("a message of brackets within brackets") from error
    if not isinstance(message, dict):
        raise ValueError("a message is an object")  # noqa: TRY004 - bad bytes, not a bad call
    return message


def fill(connection: socket.socket, buffer: memoryview, deadline: float | None = None) -> None:
    """Fill the buffer exactly with received bytes; raises as `receive` does."""
    while buffer:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            connection.settimeout(left)
        count = connection.recv_into(buffer)
        if count == 0:
            raise EOFError
        buffer = buffer[count:]
