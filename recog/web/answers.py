"""What one can answer of faces: buttons that a script turns into one POST to the API each.

A button names its act (`data-act`, a path below /api), what it sends (`data-body`, JSON; the fields of its form, where
it submits it; for acts on faces those that its item means by `data-faces`), and what follows (`data-then`):

=========== ========================================================================================================
then        what follows
=========== ========================================================================================================
done        the item is closed: it shows one line, or nothing where it is one of many faces
answered    the item's question is answered with no: it asks for a name now
picked      the faces that were meant go
person      the person's page
reload      the page, anew
=========== ========================================================================================================

`data-faces` is a JSON list of face ids, less those left out by a click; or "picked", those that are; or "open", those
that are still there. Undoing puts all of it back. See assets/acts.js.
"""

from collections.abc import Mapping

from recog.render.page import name
from recog.web.shell import data


def button(
    label: str,
    act: str,
    body: Mapping[str, object] | None = None,
    *,
    then: str = "done",
    look: str = "plain",
    about: str = "",
    submits: bool = False,
) -> str:
    """A button; its label and `about`, which says what the label leaves out, are HTML."""
    more = f'<span class="away"> {about}</span>' if about else ""
    return (
        f'<button type="{"submit" if submits else "button"}" class="{look}" data-act="{act}" '
        f'data-body="{data(body or {})}" data-then="{then}">{label}{more}</button>'
    )


def yes_or_no(person: str, *, then: str = "done", then_no: str = "answered") -> str:
    """Whether faces are this person; then and then_no are what follows."""
    yes = button("Yes", "confirm", {"name": person}, then=then, look="yes", about=f"they are {name(person)}")
    no = button("No", "reject", {"name": person}, then=then_no, look="no", about=f"not {name(person)}")
    return f'<div class="yes-no asked">{yes}{no}</div>'


def naming(key: str, *, then: str = "done", label: str = "Who is it?") -> str:
    """Who faces are: a field for a name, known or new; key is the field's id."""
    given = button("Name", "confirm", then=then, look="plain give", submits=True)
    return field(key, label, "name", given)


def field(key: str, label: str, sends: str, given: str, value: str = "") -> str:
    """A field for a name beside its button; key is the field's id, sends what the API calls it, value HTML."""
    return (
        f'<div class="naming"><label for="{key}">{label}</label><div class="field"><input id="{key}" name="{sends}" '
        f'value="{value}" list="names" required maxlength="200" spellcheck="false" autocomplete="off" '
        f'autocapitalize="words">{given}</div></div>'
    )


def ignoring(*, then: str = "done") -> str:
    """Care for faces no more."""
    return button("Ignore", "ignore", then=then, look="quiet", about="these faces, for good")
