"""A program in place of the decoding one, whose video never ends: its first argument is the descriptor."""

import socket
import sys
from itertools import count

from recog.photos.wire import receive, send


def main() -> None:
    """Send one frame after the other until the connection is closed."""
    with socket.socket(fileno=int(sys.argv[1])) as connection:
        send(connection, {"ready": True})
        receive(connection)
        send(connection, {"sha256": "0" * 64})
        receive(connection)
        send(connection, {"duration": 1.0, "width": 1, "height": 1, "taken_at": None, "taken_from": None})
        for number in count():
            send(connection, {"at": float(number % 1000), "cut": False, "width": 1, "height": 1})
            connection.sendall(b"rgb")


if __name__ == "__main__":
    main()
