"""The frame of every page: its head, the bar, the names that fields know, and what was done last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from recog.render.language import Language, gettext
from recog.render.templating import render
from recog.render.text_acts import deed
from recog.store.account_records import Role
from recog.store.records import PastAct
from recog.types import Person
from recog.web.roles import Caller

LATELY = timedelta(minutes=2)
"""How long a page offers to undo what was done last; later, `recog people undo` does."""
PACKAGE = "recog.web"
"""The package of the templates of the server's own pages."""
LOOKS = ("auto", "light", "dark")
"""How pages look: as the browser's user likes it, or always light or dark."""
STARTER = Caller()
"""Whoever started the server, and has its address."""
Bar: TypeAlias = tuple[tuple[str, str], ...]
"""The path and the label of each link in the bar."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a page shows around its content: names that fields offer, the latest act if recent, and the bar.

    root stands before the path of every link: see recog.web.access. caller: who sees the page. look: see LOOKS. address
    is that of the page below root, to which the choice of one of `languages` leads back.
    """

    names: tuple[str, ...]
    last: PastAct | None
    root: str = ""
    bar: Bar = ()
    caller: Caller = STARTER
    look: str = LOOKS[0]
    address: str = "/"
    languages: tuple[Language, ...] = ()

    @property
    def links(self) -> Bar:
        """The bar in the language that is spoken."""
        return tuple((path, gettext(label)) for path, label in self.bar)

    @property
    def first(self) -> str:
        """The path of the first page that the caller may see."""
        return self.bar[0][0] if self.bar else "/"

    def may(self, role: str) -> bool:
        """Whether the caller may do what a role may, "owner", "editor" or "viewer": a page links to nothing else."""
        return self.caller.role.includes(Role(role))

    @property
    def sentence(self) -> str:
        """What the latest act did, as a sentence goes on after "You"; "" without one."""
        return deed(self.last) if self.last is not None else ""


def frame(
    people: Sequence[Person],
    acts: Sequence[PastAct],
    *,
    root: str = "",
    bar: Bar = (),
    caller: Caller = STARTER,
    look: str = LOOKS[0],
    now: datetime | None = None,
) -> Frame:
    """Make the frame of a page; acts is the history, the latest first. It offers to undo the caller's acts alone."""
    standing = next((act for act in acts if act.undone_at is None and act.account == caller.name), None)
    recent = standing is not None and (now or datetime.now(UTC)) - datetime.fromisoformat(standing.at) <= LATELY
    names = tuple(person.name for person in people if not person.hidden)
    return Frame(names, standing if recent else None, root, bar, caller, look)


def show(template: str, around: Frame, values: Mapping[str, object], *, package: str = PACKAGE) -> str:
    """Render a template that extends shell.html; it lies in the folder `templates` of `package`."""
    packages = tuple(dict.fromkeys((package, PACKAGE)))
    return str(render(template, {"frame": around, "root": around.root, **values}, packages=packages))
