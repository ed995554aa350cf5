"""Where a server listens, and how browsers write that."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from recog.errors import ConfigError

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class Place:
    """A host, a name or an address, and a port.

    secure: it speaks TLS. public: the address, scheme included and without a slash at its end, at which a proxy answers
    browsers; "" without one.
    """

    host: str
    port: int
    secure: bool = False
    public: str = ""

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
        return f"{self.public or f'{self._scheme}://{self._written(self._bracketed)}'}/"

    @property
    def hosts(self) -> frozenset[str]:
        """Allowed values of a request's Host; on the loopback, all its usual names."""
        names = {self._bracketed, *LOOPBACK_NAMES} if self.is_loopback else {self._bracketed}
        behind = {urlsplit(self.public).netloc} if self.public else set()
        return frozenset({self._written(name.lower()) for name in names} | behind)

    def origin(self, host: str) -> str:
        """Return the origin of pages at one of `hosts`."""
        return self.public if self.public and host == urlsplit(self.public).netloc else f"{self._scheme}://{host}"

    @property
    def keeps_secrets(self) -> bool:
        """Whether a password that a browser sends here crosses no network unencrypted."""
        return self.is_loopback or self.secure

    def set_cookie(self, value: str, path: str) -> str:
        """Return the header that gives a browser the cookie for a path and all below it."""
        secure = "; Secure" if self.secure or self.public.startswith("https:") else ""
        return f"{self.cookie}={value}; Path={path}; HttpOnly; SameSite=Strict{secure}"

    @property
    def cookie(self) -> str:
        """The name of the cookie, with the port, because browsers share cookies among all ports of a host."""
        return f"recog_{self.port}"

    @property
    def look_cookie(self) -> str:
        """The name of the cookie that says how pages look in this browser; it is no secret."""
        return f"{self.cookie}_look"

    @property
    def _bracketed(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def _scheme(self) -> str:
        return "https" if self.secure else "http"

    def _written(self, name: str) -> str:
        return name if self.port == (443 if self.secure else 80) else f"{name}:{self.port}"


def public_address(url: str) -> str:
    """Return the address of a proxy as `Place` has it; ConfigError if it is none, or not encrypted."""
    try:
        parts = urlsplit(url.lower())
        ok = parts.scheme == "https" and parts.hostname and parts.path in {"", "/"} and not parts.query
        parts.port  # noqa: B018 - refuses a port that is none
    except ValueError:
        ok = False
    if not ok or parts.username or parts.fragment:
        raise ConfigError(
            f"{url!r} is no address that a proxy can answer at: give https://HOST or https://HOST:PORT, without a path"
        )
    return f"https://{parts.netloc.removesuffix(':443')}"
