"""Everybody in the library as one self-contained HTML page, and as a sentence."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path

from recog.library.private_file import write_private
from recog.library.reports.people_results import NamedGroup, PeopleReport, UnnamedGroup
from recog.library.reports.results import FaceSample
from recog.printable import printable
from recog.render import page
from recog.render.figures import count, distance, percent
from recog.render.shown import command, image


def write_people(report: PeopleReport, path: Path) -> None:
    """Write the page, readable by its owner alone; RecogError says why it cannot be written."""
    write_private(path, people_page(report).encode("utf-8"))


def people_sentence(report: PeopleReport) -> str:
    """How many people, groups and lone faces the report holds."""
    unnamed = sum(group.faces for group in report.groups)
    return (
        f"{count(len(report.people), 'person')} with a name, {count(report.all_groups, 'group')} without one"
        f"{_of(len(report.groups), report.all_groups)} ({count(unnamed, 'face')}), "
        f"{count(report.all_lone, 'lone face')}{_of(len(report.lone), report.all_lone)}, {report.ignored:,} ignored"
    )


def people_page(report: PeopleReport) -> str:
    """The page as text to be written in UTF-8; nothing is fetched, and names and paths appear as text only."""
    style, script = page.asset("report.css") + page.asset("people.css"), page.asset("report.js")
    sections = (
        ("unnamed", "Without a name", report.all_groups, _groups(report)),
        ("people", "People", len(report.people), _people(report)),
        ("alone", "Alone", report.all_lone, _lone(report)),
    )
    return page.sectioned("who is here?", _head(report), sections, style=style, script=script)


def _head(report: PeopleReport) -> str:
    created = f"{datetime.fromisoformat(report.created):%Y-%m-%d %H:%M %Z}".strip()
    facts = "".join(
        f"<div><dt>{escape(word)}</dt><dd>{number}</dd></div>"
        for number, word in (
            count(report.photos, "photo").split(" "),
            count(report.faces, "face").split(" "),
            count(len(report.people), "person").split(" "),
        )
    )
    return (
        '<p class="eyebrow">recog, everybody</p><h1>Who is here?</h1>'
        '<p class="lead">Name the groups, the largest first: copy the command, write the name for NAME, run it; or '
        "<code>recog serve</code> and name them by clicking. Faces near those you named get the name by distance at "
        "once; then write this page again. Below each face is its number, for the commands that take one; its photo "
        "is its tooltip.</p>"
        f'<dl class="facts">{facts}</dl><p class="fine">{page.text(report.library)}, {page.text(created)}.</p>'
    )


def _groups(report: PeopleReport) -> str:
    if not report.groups:
        return '<p class="about none">No group of faces is without a name.</p>'
    cards = "".join(map(_group, report.groups))
    return (
        '<p class="about">Faces that are probably one person. Where somebody has the name already, leave out --new. A '
        f"face that is somebody else's: <code>recog people reject NAME FACE</code> afterwards."
        f"{_rest(report.all_groups - len(report.groups), 'smaller group')}</p>{cards}"
    )


def _group(group: UnnamedGroup) -> str:
    label = f"Group {group.number}" if group.number is not None else "A group"
    likely = ""
    if group.suggestion is not None:
        likely = f", probably {page.name(group.suggestion.person)} ({escape(percent(group.suggestion.probability))})"
    return (
        f'<article class="who item" tabindex="-1"><h3>{label}</h3><p>{count(group.faces, "face")}{likely}</p>'
        f"{_strip(label, group.samples)}{_more(group.faces - len(group.samples))}"
        f"{command(group.command, 'names them')}</article>"
    )


def _people(report: PeopleReport) -> str:
    if not report.people:
        return '<p class="about none">Nobody has a name yet.</p>'
    cards = "".join(map(_person, report.people))
    return (
        '<p class="about">Confirmed faces first, then those that recog named by distance, the farthest first: where '
        f"one is wrong, <code>recog people reject NAME FACE</code> says so for good.</p>{cards}"
    )


def _person(group: NamedGroup) -> str:
    person = group.person
    by_distance = ""
    if group.matched:
        by_distance = (
            f"<p>{count(person.matched, 'face')} by distance</p>"
            f"{_strip(person.name, group.matched, group.distances)}{_more(person.matched - len(group.matched))}"
        )
    return (
        f'<article class="who item" tabindex="-1"><h3>{page.name(person.name)}</h3>'
        f"<p>{count(person.confirmed, 'confirmed face')}</p>{_strip(person.name, group.confirmed)}"
        f"{_more(person.confirmed - len(group.confirmed))}{by_distance}"
        f"{command(group.command, 'confirms those named by distance') if group.command else ''}</article>"
    )


def _lone(report: PeopleReport) -> str:
    if not report.lone:
        return '<p class="about none">No face is alone.</p>'
    return (
        '<p class="about">Faces like no other in the library, the largest first. '
        "<code>recog people confirm --new NAME FACE</code> names one, <code>recog people ignore FACE...</code> leaves "
        f"strangers out for good.{_rest(report.all_lone - len(report.lone), 'smaller face')}</p>"
        f'<article class="who item" tabindex="-1">{_strip("Nobody", report.lone)}</article>'
    )


def _strip(label: str, samples: Sequence[FaceSample], distances: Sequence[float] = ()) -> str:
    captions = [f"{sample.face_id}" for sample in samples]
    if distances:
        captions = [f"{shown}<br>{distance(far)}" for shown, far in zip(captions, distances, strict=True)]
    faces = "".join(
        f"<li>{image(sample, f'{printable(label)}, face {sample.face_id}')}{caption}</li>"
        for sample, caption in zip(samples, captions, strict=True)
    )
    return f'<ul class="strip">{faces}</ul>' if faces else ""


def _more(faces: int) -> str:
    return f"<p>and {count(faces, 'face')} more</p>" if faces > 0 else ""


def _rest(number: int, noun: str) -> str:
    return f" {count(number, noun)} not shown." if number > 0 else ""


def _of(shown: int, of_all: int) -> str:
    return f", of which {shown:,} shown" if shown < of_all else ""
