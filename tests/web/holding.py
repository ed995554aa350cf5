"""Hold calls of a library's methods, so that a test can look at a request while it is being answered."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock, Semaphore

import pytest

PATIENCE = 60


class Held:
    """Counts held calls: those held now, and the most at once. Each call releases `begun`."""

    def __init__(self) -> None:
        self.begun = Semaphore(0)
        self.now = 0
        self.most = 0
        self._counting = Lock()
        self._go = Event()

    def before(self, method: Callable[..., object]) -> Callable[..., object]:
        """Wrap a method so that each call waits for `let_go`."""

        def call(*given: object, **named: object) -> object:
            with self._counting:
                self.now += 1
                self.most = max(self.most, self.now)
            self.begun.release()
            assert self._go.wait(PATIENCE)
            with self._counting:
                self.now -= 1
            return method(*given, **named)

        return call

    def let_go(self) -> None:
        self._go.set()

    def wait(self, calls: int = 1) -> None:
        """Wait until this many calls are held."""
        for _ in range(calls):
            assert self.begun.acquire(timeout=PATIENCE)


@contextmanager
def held(owner: object, *methods: str) -> Iterator[Held]:
    """Hold each call of these public methods until the block ends."""
    holding = Held()
    with pytest.MonkeyPatch.context() as patch:
        for name in methods:
            patch.setattr(owner, name, holding.before(getattr(owner, name)))
        try:
            yield holding
        finally:
            holding.let_go()
