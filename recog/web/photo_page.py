"""One photo with everybody on it."""

from recog.library.browsing.photos import FaceOnPhoto, PhotoDetail
from recog.quality import doubt_of
from recog.render.figures import count, distance
from recog.render.page import name, text
from recog.render.taken import taken_on
from recog.types import Origin, Photo
from recog.web.answers import button, ignoring, naming, yes_or_no
from recog.web.faces import portrait
from recog.web.shell import Frame, data, shell


def photo_page(detail: PhotoDetail, around: Frame) -> str:
    """The photo with a numbered box a face, then each face with what can be said of it, from left to right."""
    photo, faces = detail.photo, detail.faces
    title = detail.paths[0].name if detail.paths else f"Photo {photo.id}"
    cards = "".join(_card(number, one, around.root) for number, one in enumerate(faces, start=1))
    where = "".join(f"<li>{name(str(path))}</li>" for path in detail.paths) or "<li>no file shows it any more</li>"
    taken = f", {taken_on(photo)}" if photo.taken_at is not None else ""
    content = (
        f'<div class="head"><h1>{name(title)}</h1><p class="lead">{count(len(faces), "face")}{taken}, '
        f"{photo.width:,} by {photo.height:,}{_INCOMPLETE if photo.incomplete else ''}</p></div>"
        f'{_picture(photo, faces, around.root) if detail.paths else ""}<ul class="files">{where}</ul>'
        f'<section id="faces"><h2>From left to right</h2>{cards or _NOBODY}</section>'
    )
    return shell(title, "", content, around)


_INCOMPLETE = ", incomplete: the file ends before the picture does"
_NOBODY = '<p class="about none">No face was found on this photo.</p>'


def _picture(photo: Photo, faces: tuple[FaceOnPhoto, ...], root: str) -> str:
    said = ", ".join(_who(one) for one in faces) or "nobody"
    boxes = "".join(_box(photo, number, one) for number, one in enumerate(faces, start=1))
    return (
        f'<figure class="photo"><img src="{root}/photos/{photo.id}.jpg" width="{photo.width}" height="{photo.height}" '
        f'alt="{text(f"The photo: {said}")}"><svg class="boxes" aria-hidden="true">{boxes}</svg></figure>'
    )


def _box(photo: Photo, number: int, one: FaceOnPhoto) -> str:
    """In percents of the photo, so that letters keep their size whatever that of the photo is."""
    box = one.face.box
    left, top = 100 * box.left / photo.width, 100 * box.top / photo.height
    width, height = 100 * box.width / photo.width, 100 * box.height / photo.height
    label = f"{number} {one.person.name}" if one.person is not None else f"{number}"
    kind = "nobody" if one.person is None else ""
    middle = left + width / 2
    side = "start" if middle < 25 else "end" if middle > 75 else "middle"  # so that long names stay on the photo
    x = {"start": left, "end": left + width, "middle": middle}[side]
    y, down = (top + height, "1.2em") if top + height < 90 else (top, "-0.5em")
    return (
        f'<a href="#face-{one.face.id}" tabindex="-1"><rect class="{kind}" x="{left:.2f}%" y="{top:.2f}%" '
        f'width="{width:.2f}%" height="{height:.2f}%" rx="4"/>'
        f'<text class="{side}" x="{x:.2f}%" y="{y:.2f}%" dy="{down}">{text(label)}</text></a>'
    )


def _who(one: FaceOnPhoto) -> str:
    return one.person.name if one.person is not None else "somebody without a name"


def _card(number: int, one: FaceOnPhoto, root: str) -> str:
    face, person = one.face, one.person
    key = f"face-{face.id}"
    doubtful = person is not None and face.origin is not Origin.CONFIRMED
    who = f'<a href="{root}/people/{person.id}">{name(person.name)}</a>' if person is not None else "No name yet"
    label = "Who is it?" if person is None else "Somebody else?"
    answers = naming(f"{key}-name", then="reload", label=label)
    if person is not None and doubtful:
        answers = yes_or_no(person.name, then="reload", then_no="reload") + answers
    elif person is not None:
        answers += button(f"Not {name(person.name)}", "reject", {"name": person.name}, then="reload", look="no")
    if one.ignored:
        answers += button("No longer ignore", "unignore", then="reload", look="quiet")
    elif person is None:
        answers += ignoring(then="reload")
    return (
        f'<article class="ask item on-photo" tabindex="-1" id="{key}" aria-label="Face {number}: {text(_who(one))}" '
        f'data-faces="{data([face.id])}"><form class="two" autocomplete="off"><div class="cover">'
        f"{portrait(face.id, f'Face {number}', root=root)}</div><div><h3>{number}. {who}</h3>"
        f'<p class="numbers">{_why(one)}</p><div class="answer">{answers}</div></div></form></article>'
    )


def _why(one: FaceOnPhoto) -> str:
    refused = f", not {' or '.join(map(name, one.rejected))}" if one.rejected else ""
    if one.ignored:
        return f"Face {one.face.id}, ignored{refused}"
    doubt = doubt_of(one.face.box)
    if one.person is None:
        unnamed = f"; no name by distance: {doubt}" if doubt is not None else ""
        return f"Face {one.face.id}{refused}{unnamed}"
    if one.face.origin is Origin.CONFIRMED:
        lent = f"; {doubt}: no other face gets its name from this one" if doubt is not None else ""
        return f"Face {one.face.id}, confirmed{lent}"
    return f"Face {one.face.id}, by distance {distance(one.face.squared_distance or 0.0)}{refused}"
