"""Where a server listens, and how browsers write that."""

from dataclasses import dataclass
from ipaddress import ip_address

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class Place:
    """A host, a name or an address, and a port."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def url(self) -> str:
        """The address of the first page."""
        return f"http://{self._written(self._bracketed)}/"

    @property
    def hosts(self) -> frozenset[str]:
        """Allowed values of a request's Host; on the loopback, all its usual names."""
        names = {self._bracketed, *LOOPBACK_NAMES} if self.is_loopback else {self._bracketed}
        return frozenset(self._written(name.lower()) for name in names)

    @property
    def cookie(self) -> str:
        """The name of the cookie, with the port, because browsers share cookies among all ports of a host."""
        return f"recog_{self.port}"

    @property
    def _bracketed(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host

    def _written(self, name: str) -> str:
        return name if self.port == 80 else f"{name}:{self.port}"
