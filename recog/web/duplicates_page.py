"""Who may be in the library twice, and which name may be two people's."""

from recog.library.reports.results import DuplicatePair, DuplicateReport, DuplicateSide, FaceSample, MixedPerson
from recog.render.figures import count, distance, percent
from recog.render.page import name, text
from recog.render.shown import silhouette
from recog.web.answers import button, naming
from recog.web.faces import portrait
from recog.web.shell import Frame, data, shell

FACES = 5
"""Shown on each side of a pair: one large, four small."""


def duplicates_page(report: DuplicateReport, around: Frame) -> str:
    """Pairs, the most probable first, then names of two; with one click each."""
    root = around.root
    pairs = "".join(_pair(f"p{place}", pair, root) for place, pair in enumerate(report.pairs, start=1))
    mixed = "".join(_mixed(one, root) for one in report.mixed)
    said = (
        f"{count(len(report.pairs), 'pair')} may be one person under two labels, the most probable first."
        if pairs
        else "No two people or groups of this library look like one person."
    )
    rest = f" {count(report.pairs_left_out, 'pair')} of lesser evidence not shown." if report.pairs_left_out else ""
    content = (
        f'<div class="head"><h1>Who is here twice?</h1><p class="lead">{said}{rest}</p>'
        '<p class="fine">Photos that are there twice: <code>recog report duplicates</code> lists them. '
        f'<a href="{root}/duplicates">Look again</a></p></div>'
    )
    if pairs:
        content += f'<section id="pairs"><h2>One person twice?</h2><div class="pairs">{pairs}</div></section>'
    if mixed:
        content += (
            '<section id="mixed"><h2>One name, two people?</h2><p class="about">Faces of one name that make groups of '
            "their own. Photos of a childhood, or poor ones, can look like this too.</p>"
            f'<div class="pairs">{mixed}</div></section>'
        )
    return shell("Who is here twice?", "/duplicates", content, around)


def _pair(key: str, pair: DuplicatePair, root: str) -> str:
    left, right = pair.left, pair.right
    figures = f"distance {distance(pair.squared_distance)}, nearest {distance(pair.nearest)}"
    question = f"<strong>{text(percent(pair.probability))}</strong> probability of one person"
    return _card((left, right), question, figures, _answers(key, left, right), root)


def _answers(key: str, left: DuplicateSide, right: DuplicateSide) -> str:
    """People come before groups: where only one side has a name, it is the left one."""
    if left.person is None:
        return f'<form autocomplete="off">{naming(f"{key}-name")}</form>'
    if right.person is None:
        this = {"name": left.person}
        yes = button(f"Yes, {name(left.person)}", "confirm", this, look="yes")
        return yes + button("No", "reject", this, look="no", about=f"not {name(left.person)}")
    keep_left = {"source": right.person, "target": left.person}
    keep_right = {"source": left.person, "target": right.person}
    return (
        button(f"One person, {name(left.person)}", "merge", keep_left, look="yes")
        + button(f"One person, {name(right.person)}", "merge", keep_right)
        + button("Two people", "distinct", {"name": left.person, "other": right.person}, look="no")
    )


def _mixed(mixed: MixedPerson, root: str) -> str:
    who = mixed.main.person or ""
    more = f", {count(mixed.further, 'further part')}" if mixed.further else ""
    figures = f"distance {distance(mixed.squared_distance)}, nearest {distance(mixed.nearest)}{more}"
    split = button("Split", "split", {"name": who}, look="plain", about=f"the name {name(who)}")
    note = '<p class="numbers">The largest part keeps the name; the others are nobody\'s then.</p>'
    question = f"<strong>{text(percent(mixed.probability))}</strong> probability of one person all the same"
    return _card((mixed.main, mixed.part), question, figures, split + note, root)


def _card(sides: tuple[DuplicateSide, DuplicateSide], question: str, figures: str, answers: str, root: str) -> str:
    left, right = sides
    who = text(f"{left.label} and {right.label}")
    unnamed = [face_id for side in sides for face_id in side.face_ids]
    labels = list(dict.fromkeys(side.label for side in sides))
    return (
        f'<article class="pair ask item" tabindex="-1" aria-label="{who}" data-faces="{data(unnamed)}" '
        f'data-labels="{data(labels)}"><div class="sides">{_side(left, root)}{_side(right, root)}</div>'
        f'<div class="answer"><h3 class="odds">{question}</h3>'
        f'<p class="numbers">{figures}</p><div class="choices">{answers}</div></div></article>'
    )


def _side(side: DuplicateSide, root: str) -> str:
    shown = side.samples[:FACES]
    faces = "".join(_face(side.label, one, root) for one in shown) or silhouette(f"{side.label}, no thumbnail")
    return (
        f'<figure class="side"><div class="faces">{faces}</div>'
        f"<figcaption><b>{name(side.label)}</b>{count(side.faces, 'face')}</figcaption></figure>"
    )


def _face(label: str, sample: FaceSample, root: str) -> str:
    return portrait(sample.face_id, f"{label}, face {sample.face_id}", root=root, stored=bool(sample.thumbnail))
