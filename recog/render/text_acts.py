"""What users said about people and faces, and what follows from it, as text."""

from datetime import date

from recog.library.people.results import (
    Confirmation,
    DistinctPeople,
    History,
    IgnoredFaces,
    MarkedFace,
    SplitPerson,
)
from recog.library.recognition.results import FaceReasons
from recog.printable import printable
from recog.render.commands import name_faces
from recog.render.figures import count, distance, distance_against, percent
from recog.render.language import gettext, gettext_noop, ngettext
from recog.render.table import table
from recog.render.taken import day_in_words
from recog.render.text_people import person_line
from recog.store.records import PastAct
from recog.types import Origin

ERASED = gettext_noop("somebody who was erased")


def confirmation(result: Confirmation) -> str:
    """Write the person, and the faces that a user had confirmed as somebody else."""
    lines = [f"  face {face.face_id}{taken_from(face.was)}" for face in result.faces if face.was is not None]
    return "\n".join([person_line(result.person), *lines])


def marked(result: MarkedFace) -> str:
    """Write the person, the face, and whether the library knew it."""
    face = result.face
    how = "drawn" if result.added else "known already, and confirmed now"
    line = f"  face {face.id}, {how}{taken_from(result.was)}{lends_none(result.doubt)}"
    return f"{person_line(result.person)}\n{line}"


def taken_from(was: str | None) -> str:
    """Write whose face it was so far; nothing if nobody's."""
    if was is None:
        return ""
    return f", which was confirmed as {printable(was)} until now ('recog people undo' takes that back)"


def lends_none(doubt: str | None) -> str:
    """Write what a doubt means for a face that keeps its name; nothing without a doubt."""
    return "" if doubt is None else f"; {doubt}: it keeps its name, and no other face gets it from this one"


def reasons(result: FaceReasons) -> str:
    """Write why a face has its name, or none, in one sentence; then what makes the answer doubtful."""
    where = f" in {printable(str(result.paths[0]))}" if result.paths else ""
    said = f"Face {result.face.id}{where} {_verdict(result)}"
    if result.shortfalls and result.face.origin is not Origin.CONFIRMED:
        poor = " and ".join(shortfall.value for shortfall in result.shortfalls)
        clusters = "it founds no cluster and joins none" if result.left_out else "it may join a cluster but founds none"
        said += f"\nIt is {poor}: distances of such a face say little, and {clusters}."
    return said


def ignored(result: IgnoredFaces) -> str:
    """Write how many faces were ignored, now and in all."""
    verb = "Ignored" if result.ignored else "No longer ignored:"
    return f"{verb} {count(len(result.face_ids), 'face')}; {count(result.total, 'face')} ignored in all."


def distinct(result: DistinctPeople) -> str:
    """Write who is not the same person."""
    return f"{printable(result.person.name)} and {printable(result.other.name)} are two people, and stay so."


def split(result: SplitPerson) -> str:
    """Write who keeps the name, and each group without a name with the command that names it."""
    name = printable(result.person.name)
    lines = [f"  {count(len(group), 'face')}: {name_faces(group)}" for group in result.groups]
    moved = sum(map(len, result.groups))
    are = "is" if moved == 1 else "are"
    return (
        f"{name} keeps {count(result.person.confirmed + result.person.matched, 'face')}; {count(moved, 'face')} in "
        f"{count(len(lines), 'group')} {are} nobody's now (grouped up to distance {distance(result.threshold)}). "
        "To name them:\n" + "\n".join(lines)
    )


def history(result: History) -> str:
    """Write acts, one a line, the latest first."""
    if not result.acts:
        return "Nothing was said of people or faces yet."
    if not any(act.account or act.undone_by for act in result.acts):
        rows = [(str(act.id), act.at, deed(act), "undone" if act.undone_at else "") for act in result.acts]
        return table(("act", "when (UTC)", "what", ""), rows, right=(0,))
    by = [(str(act.id), act.at, printable(act.account or ""), deed(act), _undone(act)) for act in result.acts]
    return table(("act", "when (UTC)", "account", "what", ""), by, right=(0,))


def _undone(act: PastAct) -> str:
    if not act.undone_at:
        return ""
    return f"undone by {printable(act.undone_by)}" if act.undone_by else "undone"


def undone(act: PastAct) -> str:
    """Write what was undone."""
    return f"Undone: {deed(act)} ({act.at})."


def deed(act: PastAct) -> str:
    """Write what an act did, as a sentence goes on after 'you'; in another language, after what that is there."""
    who = {role: printable(name) if name is not None else gettext(ERASED) for role, name in act.people.items()}
    faces = count(len(act.face_ids), "face")
    if len(act.face_ids) == 1:
        faces = gettext("face %(number)s", number=act.face_ids[0])
    if act.kind in {"cover", "born", "never-share", "allow-share"}:
        return _portrayed(act, who["person"], faces)
    if act.kind == "reject":
        return ngettext(
            "said that %(faces)s is not %(person)s",
            "said that %(faces)s are not %(person)s",
            len(act.face_ids),
            faces=faces,
            **who,
        )
    if act.kind not in _DEEDS:
        return f"{act.kind} {' '.join(who.values())}"
    return gettext(_DEEDS[act.kind], faces=faces, count=count(len(act.face_ids), "face"), **who)


_DEEDS = {
    "enrol": gettext_noop("enrolled %(person)s with %(faces)s"),
    "mark": gettext_noop("drew %(faces)s of %(person)s"),
    "confirm": gettext_noop("confirmed %(faces)s as %(person)s"),
    "split": gettext_noop("split %(faces)s off %(person)s"),
    "ignore": gettext_noop("ignored %(faces)s"),
    "unignore": gettext_noop("stopped ignoring %(faces)s"),
    "merge": gettext_noop("merged %(source)s into %(target)s, %(count)s"),
    "rename": gettext_noop("renamed %(before)s to %(after)s"),
    "distinct": gettext_noop("said that %(person)s and %(other)s are two people"),
    "hide": gettext_noop("hid %(person)s"),
    "unhide": gettext_noop("showed %(person)s"),
    "expire": gettext_noop("deleted the embeddings of faces that nobody had named for too long"),
}
"""Kinds of acts, as a sentence goes on after 'you'."""


def _portrayed(act: PastAct, who: str, faces: str) -> str:
    if act.kind == "never-share":
        return gettext("said that %(person)s may never be shared", person=who)
    if act.kind == "allow-share":
        return gettext("said that %(person)s may be shared", person=who)
    if act.kind == "cover" and act.face_ids:
        return gettext("chose %(faces)s as the cover of %(person)s", faces=faces, person=who)
    if act.kind == "cover":
        return gettext("let recog choose the cover of %(person)s", person=who)
    if act.born is None:
        return gettext("removed the date of birth of %(person)s", person=who)
    day = day_in_words(date.fromisoformat(act.born))
    return gettext("said that %(person)s was born on %(day)s", person=who, day=day)


def _verdict(result: FaceReasons) -> str:  # noqa: PLR0911 - one line a reason
    if result.ignored:
        return "is nobody's: you ignore it ('recog people unignore' takes that back)."
    if result.person is not None:
        name = printable(result.person.name)
        if result.face.origin is Origin.CONFIRMED:
            return f"is {name}: you confirmed it{lends_none(result.doubt)}."
        shown = distance(result.face.squared_distance or 0.0)
        return f"is {name}: by distance {shown}, within the threshold {distance(result.threshold)}."
    refused = f"you said it is not {' or '.join(map(printable, result.rejected))}, and " if result.rejected else ""
    if not result.embedded:
        return f"is nobody's: {refused}this network has not seen it; run 'recog index' on its photo."
    if result.doubt is not None:
        return f"is nobody's: {refused}{result.doubt}, so it gets no name by distance; 'recog people confirm' names it."
    if result.nearest is None or result.nearest_person is None:
        return f"is nobody's: {refused}nobody {'else ' if refused else ''}has a confirmed face to compare it with."
    near = distance_against(result.nearest.squared_distance, result.threshold)
    if result.nearest.penalty:
        near += f" ({distance(result.nearest.penalty)} of it for age and years apart)"
    threshold = distance_against(result.threshold, result.nearest.squared_distance)
    who = f"{refused}the nearest{' other' if refused else ''} person, {printable(result.nearest_person.name)}"
    if result.second:
        return (
            f"is nobody's: {who}, is at distance {near}, but is another face of the same photo already; "
            f"two are one person up to {threshold} alone."
        )
    if result.nearest.squared_distance > result.threshold:
        odds = percent(result.probability)
        return f"is nobody's: {who}, is at distance {near}, beyond the threshold {threshold} (probability {odds})."
    return (
        f"is nobody's yet: {who}, is at distance {near}, within the threshold {threshold}; "
        "'recog identify --all' names it."
    )
