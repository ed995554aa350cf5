"""Who asks, and what role each route needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from starlette.requests import HTTPConnection

from recog.store.account_records import Account, Role

CALLER = "recog.caller"
"""Key of a request's scope: who asks, once the request was admitted."""
_DECLARED = "recog_role"
Endpoint = TypeVar("Endpoint", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: an account, or None for whoever has the address or the token of the server, who is an owner."""

    account: Account | None = None

    @property
    def role(self) -> Role:
        """What the caller may do."""
        return Role.OWNER if self.account is None else self.account.role

    @property
    def name(self) -> str | None:
        """The account's name, as the history records it."""
        return None if self.account is None else self.account.name


@dataclass(frozen=True, slots=True)
class BarLink:
    """A link in the bar, and the role that its page needs."""

    path: str
    label: str
    role: Role


def bar_for(links: Sequence[BarLink], role: Role) -> tuple[tuple[str, str], ...]:
    """Return path and label of the links that a role may follow."""
    return tuple((link.path, link.label) for link in links if role.includes(link.role))


def caller_of(request: HTTPConnection) -> Caller:
    """Return who asks."""
    caller: Caller = request.scope[CALLER]
    return caller


def needs(role: Role) -> Callable[[Endpoint], Endpoint]:
    """Declare the role that a route needs; stands below the decorator of the route."""

    def declared(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _DECLARED, role)
        return endpoint

    return declared


def declared_role(endpoint: Callable[..., object]) -> Role | None:
    """Return the role that a route declares; None if it declares none, so that an owner alone may ask."""
    role: Role | None = getattr(endpoint, _DECLARED, None)
    return role
