"""The first page: groups of faces without a name, and faces that are alone."""

from collections.abc import Sequence

from recog.library.reports.people_results import PeopleReport, UnnamedGroup
from recog.render.figures import count, percent
from recog.render.page import name, text
from recog.web.answers import ignoring, naming, yes_or_no
from recog.web.faces import to_leave_out, to_pick
from recog.web.shell import Frame, data, shell

GROUPS_SHOWN = 60
"""Of each kind: more than anybody names before looking again."""
LONE_SHOWN = 120


def groups_page(report: PeopleReport, around: Frame, *, pulls_in: bool) -> str:
    """Groups that may be somebody known come first, with yes and no; then the others; each kind by size.

    pulls_in: naming some faces names those near them at once.
    """
    likely = [one for one in report.groups if _who(one) is not None][:GROUPS_SHOWN]
    unknown = [one for one in report.groups if _who(one) is None][:GROUPS_SHOWN]
    root = around.root
    cards = [_group(f"g{place}", group, root) for place, group in enumerate(likely + unknown, start=1)]
    content = _head(report, report.all_groups - len(likely) - len(unknown), root, pulls_in=pulls_in)
    if likely:
        content += _section("likely", "Is it them?", "Faces that look like somebody you named.", cards[: len(likely)])
    if unknown:
        about = "Faces that are probably one person. Leave out who is somebody else by a click."
        content += _section("unknown", "Without a name", about, cards[len(likely) :])
    return shell("Who is this?", "/", content + _alone(report, root), around)


def _head(report: PeopleReport, rest: int, root: str, *, pulls_in: bool) -> str:
    if report.all_groups:
        said = f"{count(report.all_groups, 'group')} of faces without a name, the largest first."
    elif report.faces:
        said = "Every group of faces has a name."
    elif report.photos:
        said = f"No face on {count(report.photos, 'photo')}: <code>recog index FOLDER</code> adds more of them."
    else:
        said = "No faces yet: <code>recog index FOLDER</code> finds them."
    follows = (
        "Faces near those you name get the name at once: look again for what is left."
        if pulls_in
        else "This library is large: <code>recog identify --all</code> names the faces near those that you named."
    )
    smaller = f" {count(rest, 'smaller group')} will come up as you go on." if rest > 0 else ""
    figures = (
        f"{count(report.photos, 'photo')}, {count(report.faces, 'face')}, {count(len(report.people), 'person')} with a "
        f"name, {report.ignored:,} ignored. {follows} "
    )
    return (
        f'<div class="head"><h1>Who is this?</h1><p class="lead">{said}{smaller}</p>'
        f'<p class="fine">{figures if report.faces else ""}<a href="{root}/">Look again</a></p></div>'
    )


def _section(key: str, title: str, about: str, cards: Sequence[str]) -> str:
    return f'<section id="{key}"><h2>{title}</h2><p class="about">{about}</p>{"".join(cards)}</section>'


def _group(key: str, group: UnnamedGroup, root: str) -> str:
    who = _who(group)
    size = count(group.faces, "face")
    question, about, known, label = "Who is this?", size, "", "Who is it?"
    if who is not None:
        question = f'<span class="asked">Is this {name(who)}?</span><span class="open">{question}</span>'
        about += f'<span class="asked">{_odds(group)}</span>'
        known, label = yes_or_no(who), "Somebody else?"
    return (
        f'<article class="ask item{"" if who else " answered"}" tabindex="-1" aria-label="Group of {size}" '
        f'data-faces="{data(group.face_ids)}"><form class="two" autocomplete="off">'
        f'<div><h3>{question}</h3><p class="numbers">{about}</p>'
        f"{to_leave_out(group.samples, 'Nobody yet', root=root)}{_unseen(group)}</div>"
        f'<div class="answer">{known}{naming(f"{key}-name", label=label)}{ignoring()}</div></form></article>'
    )


def _odds(group: UnnamedGroup) -> str:
    if group.suggestion is None:
        return ", in a group with others of theirs"
    return f", {text(percent(group.suggestion.probability))} probable"


def _who(group: UnnamedGroup) -> str | None:
    return group.suggestion.person if group.suggestion is not None else group.likely


def _unseen(group: UnnamedGroup) -> str:
    rest = group.faces - len(group.samples)
    return f'<p class="numbers">and {count(rest, "face")} more like these, which get the name too</p>' if rest else ""


def _alone(report: PeopleReport, root: str) -> str:
    if not report.lone:
        return ""
    shown = report.lone[:LONE_SHOWN]
    rest = report.all_lone - len(shown)
    more = f" {count(rest, 'smaller face')} not shown." if rest > 0 else ""
    answers = naming("alone-name", then="picked") + ignoring(then="picked")
    return (
        '<section id="alone"><h2>Alone</h2>'
        f'<p class="about">Faces like no other, the largest first: pick some, then say who they are.{more}</p>'
        '<article class="ask item" tabindex="-1" aria-label="Faces that are alone" data-faces="picked">'
        f'<form autocomplete="off">{to_pick(shown, "Nobody yet", root=root)}<div class="answer under">{answers}</div>'
        "</form></article></section>"
    )
