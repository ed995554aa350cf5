"""A listening server in a thread of the test process."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from recog.web.access import Access
from recog.web.app import LIMITS, create_app
from recog.web.bodies import Limits
from recog.web.connections import Connection
from recog.web.guard import Guard
from recog.web.library import ServedLibrary
from recog.web.place import Place
from recog.web.serve import Certificate, configured, listen
from recog.web.server import MOST, Server


@dataclass(frozen=True)
class Served:
    """The address of a server, and whom it admits."""

    url: str
    access: Access

    @property
    def entry(self) -> str:
        """The address that a browser opens first."""
        return f"{self.url}#{self.access.code}"


@contextmanager
def serving(
    opened: ServedLibrary, access: Access, limits: Limits = LIMITS, connection: type[Connection] = Connection
) -> Iterator[Served]:
    """Serve until the block ends."""

    def app(place: Place) -> Guard:
        return create_app(opened, access=access, place=place, limits=limits)

    with answering(app, access, connection) as served:
        yield served


@contextmanager
def answering(
    made: Callable[[Place], Guard],
    access: Access,
    connection: type[Connection] = Connection,
    *,
    most: int = MOST,
    tell: Callable[[str], None] = print,
    certificate: Certificate | None = None,
) -> Iterator[Served]:
    """Serve any application until the block ends, with a limit on connections."""
    listening, place = listen("127.0.0.1", 0, secure=certificate is not None)
    server = Server(configured(made(place), connection, certificate), most=most, tell=tell)
    thread = threading.Thread(target=lambda: server.run(sockets=[listening]))
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield Served(place.url, access)
    finally:
        server.should_exit = True
        thread.join(60)
        listening.close()
