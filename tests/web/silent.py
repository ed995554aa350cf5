"""Open connections and send nothing: `python -m tests.web.silent PORT COUNT`, until its input ends."""

import resource
import socket
import sys


def main() -> None:
    """Print a line when all are open; connections that the server closes stay open on this side."""
    port, count = map(int, sys.argv[1:])
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    connections = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(count)]
    print(f"{len(connections)} are open", flush=True)  # noqa: T201 - a program
    sys.stdin.read()


if __name__ == "__main__":
    main()
