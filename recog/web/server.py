"""The server: uvicorn's, with an accept loop of its own that never runs out of descriptors."""

import asyncio
import resource
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import cast

import uvicorn

from recog.web.connections import Connection

MOST = 512
"""Connections at once if descriptors allow more: a browser opens six, and each takes some memory."""
FEWEST = 4
_HANDSHAKE_SECONDS = 10.0
_PAUSE_SECONDS = 0.05
"""Pause before the server looks again for a connection to close."""


def connections_for(descriptors: int, opened: int) -> int:
    """Return how many connections a process may hold that has `descriptors`, of which `opened` are in use.

    Half of the free ones stay for photos, the catalog and the decoding processes.
    """
    return max(FEWEST, min(MOST, (descriptors - opened) // 2))


def own_limit() -> int:
    """Return the same for this process, as it is now."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if soft == resource.RLIM_INFINITY else connections_for(soft, len([*Path("/dev/fd").iterdir()]))


class Server(uvicorn.Server):
    """Holds at most `most` connections; for a new one, it closes the one that has been silent for longest.

    A connection is silent until a request on it is admitted, by token or cookie, and again after the answer. Those
    without any admitted request go first. A connection whose request is being answered stays. If there are only such
    ones, new connections wait in the kernel's queue. `tell` is told once that connections are closed. `ending` ends
    long work before the process does. asyncio's own accept loop would take connections until no descriptor is left,
    then write a traceback for each and pause a second.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        most: int,
        tell: Callable[[str], None],
        ending: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(config)
        self._most = most
        self._ending = ending
        self._tell = tell
        self._told = False
        self._accepting: list[asyncio.Task[None]] = []
        self._shaking: dict[asyncio.Task[None], socket.socket] = {}
        self._interruptible = signal.getsignal(signal.SIGINT) is not signal.SIG_IGN

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End the server; uvicorn calls this for SIGINT and SIGTERM.

        SIGINT stays ignored if whoever started recog ignores it, as a shell does for a program in the background.
        """
        if sig != signal.SIGINT or self._interruptible:
            super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept on sockets that listen."""
        await self.lifespan.startup()
        self.servers = []
        for listening in sockets or []:
            listening.setblocking(False)
            self._accepting.append(asyncio.create_task(self._accept(listening)))
        self.started = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept no more, end long work, and end; then the signal takes its course, which may be this process's end."""
        ended = [*self._accepting, *self._shaking]
        for task in ended:
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)
        await asyncio.gather(super().shutdown(sockets), asyncio.to_thread(self._ending))

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                accepted, _ = await loop.sock_accept(listening)
            except ConnectionError:  # whoever asked has gone already
                continue
            except OSError:  # no descriptor is left, or no memory: something else took the reserve
                await self._make_room()
                continue
            try:
                while len(self.server_state.connections) + len(self._shaking) >= self._most:
                    await self._make_room()
                if self.config.ssl is not None:
                    self._begin_handshake(accepted)
                    continue
                await loop.connect_accepted_socket(self._connection, accepted)
            except OSError:
                accepted.close()
            except asyncio.CancelledError:
                accepted.close()
                raise

    def _begin_handshake(self, accepted: socket.socket) -> None:
        """Let a client shake hands for TLS while others are accepted."""
        task = asyncio.get_running_loop().create_task(self._shake_hands(accepted))
        self._shaking[task] = accepted
        task.add_done_callback(self._end_handshake)

    def _end_handshake(self, task: asyncio.Task[None]) -> None:
        accepted = self._shaking.pop(task)
        if task.cancelled():  # perhaps before it began
            accepted.close()

    async def _shake_hands(self, accepted: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.connect_accepted_socket(
                self._connection, accepted, ssl=self.config.ssl, ssl_handshake_timeout=_HANDSHAKE_SECONDS
            )
        except OSError:  # no TLS, or too slow; ssl.SSLError is one
            accepted.close()

    def _connection(self) -> asyncio.Protocol:
        made: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return made

    async def _make_room(self) -> None:
        """Close one connection, or wait a little."""
        open_ones = (cast("Connection", one) for one in self.server_state.connections)
        silent = min((one for one in open_ones if one.is_silent), key=Connection.last_to_close, default=None)
        if not self._told:
            self._told = True
            self._tell(
                f"there are more connections than the {len(self.server_state.connections)} that this server holds: for "
                "each new one, the one that has been silent for longest is closed (a higher 'ulimit -n' allows more, "
                f"up to {MOST})"
            )
        if silent is None:
            for task in [*self._shaking][:1]:  # the one that takes longest
                task.cancel()
            await asyncio.sleep(_PAUSE_SECONDS)
            return
        silent.transport.abort()
        await asyncio.sleep(0)  # its descriptor is closed by the loop's next round
