"""TLS before a PostgreSQL server that was built without it, and certificates made for a test."""

import asyncio
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from recog.web.serve import Certificate
from tests.own_server import OwnServer

_ASKS_FOR_TLS = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")
"""PostgreSQL's SSLRequest, which a client sends before anything else."""
_PIECE = 1 << 16


def made_certificate(folder: Path, *names: str) -> Certificate:
    """Make a self-signed certificate for names such as DNS:localhost and IP:127.0.0.1."""
    made = Certificate(folder / "cert.pem", folder / "key.pem")
    words = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    files = ["-addext", f"subjectAltName={','.join(names)}", "-keyout", str(made.key), "-out", str(made.chain)]
    subprocess.run(["openssl", "req", "-x509", *words, *files], check=True, capture_output=True)
    return made


class EncryptedServer:
    """Answers on a port of 127.0.0.1 as a server with TLS does; `encrypted` counts the connections that shook hands."""

    def __init__(self, server: OwnServer, certificate: Certificate) -> None:
        self.encrypted = 0
        self._server = server
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._tls.load_cert_chain(certificate.chain, certificate.key)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]

    async def serve(self, stopped: asyncio.Event) -> None:
        """Answer until `stopped` is set."""
        async with await asyncio.start_server(self._answer, sock=self._listening):
            await stopped.wait()

    async def _answer(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, ssl.SSLError):
            asked = await client.readexactly(len(_ASKS_FOR_TLS))
            if asked != _ASKS_FOR_TLS:
                to_client.close()
                return
            to_client.write(b"S")
            await to_client.drain()
            await to_client.start_tls(self._tls)
            self.encrypted += 1
            server, to_server = await asyncio.open_unix_connection(str(self._server.socket))
            await asyncio.gather(_carry(client, to_server), _carry(server, to_client))


async def _carry(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError, ssl.SSLError):
        while said := await source.read(_PIECE):
            target.write(said)
            await target.drain()
    target.close()


@contextmanager
def encrypted(server: OwnServer, certificate: Certificate) -> Iterator[EncryptedServer]:
    """Put TLS before a server."""
    front = EncryptedServer(server, certificate)
    loop = asyncio.new_event_loop()
    stopped = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(front.serve(stopped),), daemon=True)
    thread.start()
    try:
        yield front
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join(60)
        loop.close()
