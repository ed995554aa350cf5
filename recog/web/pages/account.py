"""The caller's own account: who it is, another password, and a way out."""

from math import ceil

from fastapi import Request
from starlette.responses import HTMLResponse, RedirectResponse

from recog.errors import RecogError
from recog.render.figures import count
from recog.store.account_records import Role
from recog.web.attempts import Attempts
from recog.web.forms import FORM_HEADERS, Sent, field_of, fields_of
from recog.web.library import Whole
from recog.web.page import Framed, Page, page_router
from recog.web.pages.accounts import FIELDS, about, called
from recog.web.roles import needs
from recog.web.shell import Frame, show

PATH = "/account"
router = page_router()
PAGE = Page(router)


@router.get(PATH)
@needs(Role.VIEWER)
def account(framing: Framed) -> HTMLResponse:
    """The caller's own account."""
    return HTMLResponse(account_page(framing.frame()), headers=FORM_HEADERS)


@router.post("/account/password", include_in_schema=False)
@needs(Role.VIEWER)
def set_password(whole: Whole, framing: Framed, request: Request, sent: Sent) -> RedirectResponse:
    """Give the caller's account another password; its sessions are over, this one too."""
    mine = framing.caller.account
    if mine is None:
        raise RecogError("whoever has the server's own address needs no password: 'recog accounts add' makes accounts")
    fields = fields_of(sent, most=FIELDS)
    attempts: Attempts = request.app.state.attempts
    address = request.client.host if request.client else ""
    if wait := attempts.begin(mine.name, address):
        raise RecogError(f"too many wrong passwords: try again in {count(ceil(wait), 'second')}")
    accounts = whole.library.accounts
    if accounts.logged_in(mine.name, field_of(fields, "password", called="your password")) is None:
        raise RecogError("that is not the password of your account: try again, or ask an owner for a new one")
    attempts.succeeded(mine.name, address)
    accounts.set_password(mine.name, field_of(fields, "new", called="a new password"))
    return RedirectResponse("/", 303)


def account_page(around: Frame) -> str:
    """Show who the caller is, with forms for another password and the way out."""
    role = around.caller.role
    return show("account.html", around, {"role": called(role), "about": about(role)})
