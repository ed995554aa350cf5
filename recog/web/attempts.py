"""How often somebody may try to log in."""

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

CELLS = 4096
"""Counters of each kind. Names and addresses are spread over them by a secret hash, so the memory is bounded, and
nobody can push another one's counter out or learn from it which names exist."""
FREE_BY_NAME = 5
"""Wrong passwords for one account before it must be waited."""
FREE_BY_ADDRESS = 20
"""The same from one address; a household behind a proxy has one."""
MOST_SECONDS = 300.0
"""The longest wait."""
FORGOTTEN_SECONDS = 3600.0
"""After so long without a try, a counter starts anew."""


@dataclass(slots=True)
class _Cell:
    tries: int = 0
    last: float = 0.0


class Attempts:
    """Counts tries by account and by address; each after the free ones doubles the wait."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """clock: seconds, which never go back."""
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._cells: dict[int, _Cell] = {}

    @property
    def cells(self) -> int:
        """Counters that are in use."""
        return len(self._cells)

    def begin(self, name: str, address: str) -> float:
        """Count a try and return 0, or return the seconds to wait before the next one, which then does not count."""
        cells = [
            (self._cell(f"name {name.casefold().strip()}", 0), FREE_BY_NAME),
            (self._cell(f"address {_network(address)}", CELLS), FREE_BY_ADDRESS),
        ]
        now = self._clock()
        for cell, _ in cells:
            if now - cell.last > FORGOTTEN_SECONDS:
                cell.tries = 0
        wait = max(cell.last + _pause(cell.tries, free) - now for cell, free in cells)
        if wait > 0:
            return wait
        for cell, _ in cells:
            cell.tries, cell.last = cell.tries + 1, now
        return 0.0

    def succeeded(self, name: str, address: str) -> None:
        """Take a try back that was right: the account's counter starts anew."""
        self._cell(f"name {name.casefold().strip()}", 0).tries = 0
        by_address = self._cell(f"address {_network(address)}", CELLS)
        by_address.tries = max(0, by_address.tries - 1)

    def _cell(self, of: str, first: int) -> _Cell:
        digest = hashlib.blake2b(of.encode("utf-8", "replace"), key=self._key, digest_size=8).digest()
        return self._cells.setdefault(first + int.from_bytes(digest) % CELLS, _Cell())


def _pause(tries: int, free: int) -> float:
    return 0.0 if tries < free else min(MOST_SECONDS, 2.0 ** min(tries - free, 20))


def _network(address: str) -> str:
    """Return what one household's attacker cannot change at will: the address, of IPv6 the first 64 bits."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    return f"{int(found) >> 64:x}" if isinstance(found, IPv6Address) else str(found)
