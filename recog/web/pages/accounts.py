"""The accounts of a household: an owner adds, changes and removes them, and chooses whom each is shown."""

from collections.abc import Sequence
from typing import Literal

from starlette.responses import HTMLResponse, RedirectResponse

from recog.errors import NoLibraryError, RecogError
from recog.library.accounts.results import AccountChange
from recog.library.accounts.verbs import Accounts
from recog.render.language import gettext, gettext_noop
from recog.store.account_records import Account, Role
from recog.types import Person
from recog.web.forms import FORM_HEADERS, Sent, field_of, fields_of
from recog.web.library import Opened
from recog.web.page import Framed, Page, page_router
from recog.web.roles import needs
from recog.web.shell import Frame, show

PATH = "/accounts"
FIELDS = 10
_CALLED = {Role.VIEWER: gettext_noop("viewer"), Role.EDITOR: gettext_noop("editor"), Role.OWNER: gettext_noop("owner")}
_ABOUT = {
    Role.VIEWER: gettext_noop("looks at photos and people"),
    Role.EDITOR: gettext_noop("also names people"),
    Role.OWNER: gettext_noop("does everything, and keeps the accounts"),
}
router = page_router()
PAGE = Page(router)
Change = Literal["add", "role", "password", "token", "withhold", "allow", "remove"]


@router.get(PATH)
@needs(Role.OWNER)
def accounts(opened: Opened, framing: Framed) -> HTMLResponse:
    """All accounts, and a form for another one."""
    return HTMLResponse(_shown(opened.library.accounts, _everybody(opened), framing.frame()), headers=FORM_HEADERS)


@router.post("/accounts/{what}", include_in_schema=False, response_model=None)
@needs(Role.OWNER)
def change(opened: Opened, framing: Framed, what: Change, sent: Sent) -> HTMLResponse | RedirectResponse:
    """Add, change or remove an account, and show the page again; programs use 'recog accounts'."""
    fields = fields_of(sent, most=FIELDS)
    name = field_of(fields, "account", called="the name of the account")
    known = opened.library.accounts
    done = None
    match what:
        case "add":
            password = fields.get("password", [None])[-1]
            done = known.add(name, _role(field_of(fields, "role", called="a role")), password=password)
        case "role":
            known.set_role(name, _role(field_of(fields, "role", called="a role")))
        case "password":
            known.set_password(name, field_of(fields, "password", called="a password"))
        case "token":
            done = known.renew_token(name)
        case "withhold":
            known.withhold(name, field_of(fields, "person", called="a person"))
        case "allow":
            known.allow(name, field_of(fields, "person", called="a person"))
        case "remove":
            known.remove(name)
    if done is not None and done.token is not None:
        page = _shown(known, _everybody(opened), framing.frame(), made=done)
        return HTMLResponse(page, headers=FORM_HEADERS)
    return RedirectResponse(framing.root + PATH, 303)


def accounts_page(
    found: Sequence[Account], people: Sequence[Person], around: Frame, *, made: AccountChange | None = None
) -> str:
    """Show every account with its forms; `made` is one whose token is shown now, once."""
    names = [person.name for person in people]
    values = {
        "accounts": found,
        "people": names,
        "made": made,
        "roles": [role.value for role in Role],
        "called": {role: called(role) for role in Role},
        "about": {role: about(role) for role in Role},
    }
    return show("accounts.html", around, values)


def called(role: Role) -> str:
    """Return the name of a role in the language that is spoken."""
    return gettext(_CALLED[role])


def about(role: Role) -> str:
    """Say what a role may do, as a sentence goes on after its name."""
    return gettext(_ABOUT[role])


def _shown(known: Accounts, people: Sequence[Person], around: Frame, *, made: AccountChange | None = None) -> str:
    try:
        found = known.all().accounts
    except NoLibraryError:
        found = ()
    return accounts_page(found, people, around, made=made)


def _everybody(opened: Opened) -> Sequence[Person]:
    try:
        return opened.library.people.all(hidden=True)
    except NoLibraryError:
        return ()


def _role(given: str) -> Role:
    try:
        return Role(given)
    except ValueError:
        raise RecogError(f"there is no role {given!r}: choose {', '.join(Role)}") from None
