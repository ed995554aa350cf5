"""The worker of the queue that runs as a Ray actor on some machine."""

import os
from collections.abc import Mapping
from socket import gethostname
from threading import Event

from recog.config import read_settings
from recog.errors import ConfigError, RecogError
from recog.library.work.processes import Opener, share_of_cores
from recog.library.work.results import WorkReport

AUTH_MODE = "RAY_AUTH_MODE"
TOKEN = "token"  # noqa: S105 - the name of a mode


def refuse_unguarded(which: str, environment: Mapping[str, str]) -> None:
    """Raise ConfigError unless the environment makes Ray ask for a token."""
    if environment.get(AUTH_MODE) != TOKEN:
        raise ConfigError(
            f"{which} asks for no token, so that anybody who reaches its ports runs programs there: set "
            f"{AUTH_MODE}={TOKEN} wherever Ray is started or used, give all machines one token, and start it again"
        )


class QueueActor:
    """Works on the queue with the settings of its machine, as `recog work` would there.

    Nothing secret comes by Ray, which keeps the arguments of actors: user and password of the database are settings of
    each machine. Ray calls `work` and `stop` in threads of their own.
    """

    def __init__(self, opener: Opener, *, library_id: str, place: int, number: int, on_gpu: bool) -> None:
        """library_id: that of the catalog whose queue is meant. place, number: see `share_of_cores`."""
        self._opener = opener
        self._library_id = library_id
        self._on_gpu = on_gpu
        self._stopped = Event()
        os.sched_setaffinity(0, share_of_cores(place, number))

    def begun(self) -> bool:
        """Answer, so that whoever started the actor knows that it runs."""
        return True

    def work(self, lease: float) -> WorkReport | RecogError:
        """Work until the queue is empty or `stop` was called; an error is returned, so that it keeps its facts."""
        try:
            here = gethostname()
            refuse_unguarded(f"the Ray of {here}", os.environ)
            with self._opener(read_settings(device="cuda" if self._on_gpu else None)) as queue:
                if queue.library_id != self._library_id:
                    raise ConfigError(
                        f"the settings of {here} name another catalog than yours: let RECOG_DATABASE, or the file of "
                        "settings, name the same one on all machines, before Ray starts there"
                    )
                return queue.work(lease=lease, stop=self._stopped.is_set)
        except RecogError as error:
            return error

    def stop(self) -> None:
        """Let `work` end after the photo in hand."""
        self._stopped.set()
