"""Runs the server until it is interrupted."""

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import uvicorn

from recog.errors import ConfigError
from recog.web.connections import Connection
from recog.web.guard import Guard
from recog.web.place import Place
from recog.web.server import Server, own_limit

SHUTDOWN_SECONDS = 1
"""How long answers may take to finish; what an act writes is one transaction, so nothing is left half done."""
_WAITING = 1024
"""Length of the kernel's queue: if it is full, clients wait for seconds to connect."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files of a certificate with its chain, and of its private key, both PEM."""

    chain: Path
    key: Path

    def check(self) -> None:
        """Raise ConfigError if a server cannot use them."""
        try:
            tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            tls.load_cert_chain(self.chain, self.key, password=_no_password)
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            raise ConfigError(
                f"TLS cannot use the certificate {self.chain} with the key {self.key} ({error}): give two PEM files "
                "that belong together, the key without a password"
            ) from error


def listen(host: str, port: int, *, secure: bool = False, public: str = "") -> tuple[socket.socket, Place]:
    """Return a listening socket and its place; port 0 picks a free port. ConfigError if nothing can listen there.

    secure, public: see Place.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        if not host or ip_address(address[0]).is_unspecified:  # however it is written: 0 is 0.0.0.0 too
            raise ConfigError("name one address of this machine with --host: requests for another one are refused")
        listening = socket.socket(family, kind, protocol)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(_WAITING)
        except OSError:
            listening.close()
            raise
    except OSError as error:
        raise ConfigError(
            f"nothing can listen at {host} port {port} ({error.strerror or error}): choose another --port, or stop "
            "what listens there"
        ) from error
    return listening, Place(host, listening.getsockname()[1], secure, public)


def configured(
    app: Guard, connection: type[Connection] = Connection, certificate: Certificate | None = None
) -> uvicorn.Config:
    """Return how uvicorn runs: it logs only faults, and does not believe what a proxy says of a client."""
    return uvicorn.Config(
        app,
        http=connection,
        ws="none",
        lifespan="off",
        loop="asyncio",
        access_log=False,
        log_config=None,
        log_level="error",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        ssl_certfile=None if certificate is None else certificate.chain,
        ssl_keyfile=None if certificate is None else str(certificate.key),
    )


def serve(
    app: Guard,
    listening: socket.socket,
    *,
    tell: Callable[[str], None],
    ending: Callable[[], None] = lambda: None,
    certificate: Certificate | None = None,
) -> None:
    """Answer until SIGTERM, or SIGINT unless that is ignored; call `ending`, then let the signal take its course.

    `tell` takes messages for whoever started the server.
    """
    Server(configured(app, certificate=certificate), most=own_limit(), tell=tell, ending=ending).run(
        sockets=[listening]
    )


def _no_password() -> str:
    """Answer for a key that is encrypted, so that nothing waits for somebody at a terminal."""
    raise ValueError("the key has a password")
