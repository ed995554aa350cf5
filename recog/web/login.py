"""Log in by name and password, and log out."""

import asyncio
from math import ceil
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.types import Scope, Send

from recog.render.figures import number
from recog.render.language import gettext, ngettext
from recog.store.account_records import Role
from recog.web.attempts import Attempts
from recog.web.callers import asked
from recog.web.login_page import login_page
from recog.web.place import Place
from recog.web.plain import Refused, answer_page, go_to
from recog.web.sessions import Sessions

if TYPE_CHECKING:  # the library imports the failures of routes, which import the guard
    from recog.web.library import ServedLibrary

LOGIN = "/login"
"""Where the form of the page for strangers is POSTed."""
LOGOUT = "/logout"
"""The same for whoever is logged in, below the session's root."""
_FIELDS = 5


class Login:
    """Begins and ends the sessions of accounts. One password is compared at a time: each takes 64 MiB."""

    def __init__(self, opened: "ServedLibrary", sessions: Sessions, *, place: Place, attempts: Attempts) -> None:
        self._opened = opened
        self._sessions = sessions
        self._place = place
        self._attempts = attempts
        self._turn = asyncio.Semaphore(1)

    async def is_offered(self) -> bool:
        """Return whether somebody can log in; False while the catalog cannot be used."""
        try:
            return await asked(self._opened.library.accounts.any)
        except Refused:
            return False

    async def log_in(self, scope: Scope, body: bytes, send: Send) -> None:
        """Answer the form: lead to the first page of a new session, or show the form again."""
        if not self._place.keeps_secrets:
            raise Refused(
                403,
                "passwords would go over the network unencrypted: start 'recog serve' with --tls-cert and --tls-key",
            )
        name, password = _read(body)
        address = scope["client"][0] if scope.get("client") else ""
        if wait := self._attempts.begin(name, address):
            told = ngettext(
                "Too many wrong passwords: try again in %(num)s second.",
                "Too many wrong passwords: try again in %(num)s seconds.",
                ceil(wait),
                num=number(ceil(wait)),
            )
            await answer_page(send, 429, *login_page(told), more=[(b"retry-after", str(ceil(wait)).encode())])
            return
        async with self._turn:
            found = await asked(self._opened.library.accounts.logged_in, name, password)
        if found is None:
            await answer_page(send, 401, *login_page(gettext("There is no account with this name and password.")))
            return
        self._attempts.succeeded(name, address)
        session = self._sessions.begin(found.account.id, found.stamp)
        first = "/photos" if found.account.role is Role.VIEWER else "/"
        cookie = self._place.set_cookie(session.value, f"{session.root}/")
        await go_to(send, f"{session.root}{first}", cookie=cookie)

    async def log_out(self, root: str, send: Send) -> None:
        """End the session, and lead to the page for strangers."""
        self._sessions.end(root)
        await go_to(send, "/", cookie=f"{self._place.set_cookie('', f'{root}/')}; Max-Age=0")


def _read(body: bytes) -> tuple[str, str]:
    """Return the name and the password of the form; Refused if it is none."""
    try:
        fields = parse_qs(body.decode(), max_num_fields=_FIELDS)
        return fields["name"][0], fields["password"][0]
    except (ValueError, KeyError) as error:
        raise Refused(422, "the form was not filled in: give a name and a password") from error
