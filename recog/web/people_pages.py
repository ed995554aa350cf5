"""Everybody with a name, and one person with all faces."""

from collections.abc import Sequence

from recog.library.people.results import PersonDetail
from recog.render.figures import count, distance
from recog.render.page import name
from recog.render.shown import silhouette
from recog.types import Face, Origin, Person
from recog.web.answers import button, field, naming
from recog.web.faces import portrait, to_photo
from recog.web.shell import Frame, data, exact, shell

DOUBTFUL_SHOWN = 200
"""Of the faces named by distance, the farthest; what is said of them brings up the others."""
CONFIRMED_SHOWN = 500
"""On one page."""


def people_page(people: Sequence[Person], around: Frame) -> str:
    """Everybody as a tile, hidden people below; in the order given."""
    root = around.root
    shown = [person for person in people if not person.hidden]
    hidden = [person for person in people if person.hidden]
    tiles = "".join(_tile(person, root) for person in shown)
    content = (
        f'<div class="head"><h1>People</h1><p class="lead">{count(len(shown), "person")} with a name.</p></div>'
        f'<ul class="tiles">{tiles}</ul>'
        if shown
        else f'<div class="head"><h1>People</h1><p class="lead">Nobody has a name yet: <a href="{root}/">'
        "say who is who</a>.</p></div>"
    )
    if hidden:
        listed = "".join(_hidden(person, root) for person in hidden)
        content += f'<section><h2>Hidden</h2><ul class="hidden-people">{listed}</ul></section>'
    return shell("People", "/people", content, around)


def person_page(detail: PersonDetail, around: Frame, *, start: int = 0) -> str:
    """Doubtful faces first, with yes and no; then the confirmed ones from `start` on."""
    person = detail.person
    confirmed = [face for face, _ in detail.faces if face.origin is Origin.CONFIRMED]
    matched = [face for face, _ in detail.faces if face.origin is not Origin.CONFIRMED]
    matched.sort(key=lambda face: (-(face.squared_distance or 0.0), face.id))
    root = around.root
    content = _head(person, root) + _doubtful(person, matched, root) + _confirmed(person, confirmed, start, root)
    return shell(person.name, "/people", content, around)


def _tile(person: Person, root: str) -> str:
    return (
        f'<li class="tile item" tabindex="-1"><a href="{root}/people/{person.id}">{_cover(person, root)}'
        f"<h2>{name(person.name)}</h2></a><p>{_counted(person)}</p></li>"
    )


def _hidden(person: Person, root: str) -> str:
    shown = button("Show again", "hide", {"name": person.name, "hidden": False}, then="reload", about=name(person.name))
    link = f'<a href="{root}/people/{person.id}">{name(person.name)}</a>'
    return f'<li class="item" tabindex="-1">{link} {shown}</li>'


def _cover(person: Person, root: str) -> str:
    if person.cover_face_id is None:
        return silhouette("")
    return portrait(person.cover_face_id, "", root=root)


def _counted(person: Person) -> str:
    by_distance = f", {person.matched:,} by distance" if person.matched else ""
    return f"{person.confirmed:,} confirmed{by_distance}"


def _head(person: Person, root: str) -> str:
    old = {"old": person.name}
    renamed = button("Rename", "rename", old, then="person", submits=True)
    merged = button("Merge", "merge", {"source": person.name}, then="person", submits=True)
    hide = "Show in lists again" if person.hidden else "Hide from lists"
    hidden = button(hide, "hide", {"name": person.name, "hidden": not person.hidden}, then="reload")
    split = button("Several people? Split", "split", {"name": person.name}, then="reload")
    return (
        f'<div class="head who-head"><div class="cover">{_cover(person, root)}</div><div><h1>{name(person.name)}</h1>'
        f'<p class="lead">{_counted(person)}{", hidden" if person.hidden else ""}</p></div></div>'
        '<details class="item acts"><summary>Rename, merge, hide, split</summary><div class="forms">'
        f'<form autocomplete="off">{field("rename", "Another name", "new", renamed, exact(person.name))}</form>'
        f'<form autocomplete="off">{field("merge", "The same person as", "target", merged)}</form>'
        f"<div>{hidden}{split}</div></div></details>"
    )


def _doubtful(person: Person, faces: Sequence[Face], root: str) -> str:
    if not faces:
        return ""
    shown = faces[:DOUBTFUL_SHOWN]
    rest = f" {count(len(faces) - len(shown), 'nearer face')} come up after these." if len(faces) > len(shown) else ""
    cells = "".join(_asked(person, face, root) for face in shown)
    every = button(
        "Yes to all below" if len(shown) > 1 else "Yes",  # no number: it falls with every answer
        "confirm",
        {"name": person.name},
        then="picked",
        look="yes",
        about=f"they are {name(person.name)}",
    )
    return (
        f'<section id="doubtful"><h2>Is this {name(person.name)}?</h2><p class="about">Named by distance, the farthest '
        f"first: where one is wrong, say no.{rest}</p>"
        f'<div class="item all" data-faces="open">{every}<ul class="strip asked-of">{cells}</ul></div></section>'
    )


def _asked(person: Person, face: Face, root: str) -> str:
    who = name(person.name)
    yes = button("Yes", "confirm", {"name": person.name}, look="yes", about=f"face {face.id} is {who}")
    no = button("No", "reject", {"name": person.name}, look="no", about=f"face {face.id} is not {who}")
    far = f"distance {distance(face.squared_distance or 0.0)}"
    shown = portrait(face.id, f"Face {face.id}, {far}", root=root)
    return (
        f'<li class="item" tabindex="-1" data-face="{face.id}" data-faces="{data([face.id])}">'
        f'<a href="{root}/photos/{face.photo_id}#face-{face.id}">{shown}</a>'
        f'<span aria-hidden="true">{far}</span><div class="yes-no">{yes}{no}</div></li>'
    )


def _confirmed(person: Person, faces: Sequence[Face], start: int, root: str) -> str:
    if not faces:
        return ""
    shown = faces[start : start + CONFIRMED_SHOWN]
    cells = "".join(
        f'<li data-face="{face.id}"><label class="choice"><input type="checkbox" value="{face.id}" autocomplete="off">'
        f"{portrait(face.id, f'Face {face.id}', root=root)}</label>{to_photo(face.id, root=root)}</li>"
        for face in shown
    )
    refuse = button(f"Not {name(person.name)}", "reject", {"name": person.name}, then="picked", look="no")
    answers = naming("other", then="picked", label="Somebody else?") + refuse
    return (
        f'<section id="confirmed"><h2>Confirmed</h2><p class="about">{count(len(faces), "face")} that you said '
        "it is. Where one is somebody else: pick it, then say so.</p>"
        '<article class="ask item" tabindex="-1" aria-label="Confirmed faces" data-faces="picked"><form '
        f'autocomplete="off"><ul class="strip picked">{cells}</ul>'
        f'<div class="answer under">{answers}</div></form></article>'
        f"{_pages(person, start, len(faces), root)}</section>"
    )


def _pages(person: Person, start: int, faces: int, root: str) -> str:
    links, here = "", f"{root}/people/{person.id}"
    if start > 0:
        links += f'<a href="{here}?start={max(0, start - CONFIRMED_SHOWN)}">Earlier faces</a> '
    if start + CONFIRMED_SHOWN < faces:
        links += f'<a href="{here}?start={start + CONFIRMED_SHOWN}">Further faces</a>'
    return f'<p class="fine">{links}</p>' if links else ""
