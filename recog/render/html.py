"""The duplicate report as one self-contained HTML page."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

from recog.library.grouping.results import ClusterSummary
from recog.library.reports.results import (
    DuplicatePair,
    DuplicateReport,
    DuplicateSide,
    FaceSample,
    MixedPerson,
    PhotoCopy,
)
from recog.render import page
from recog.render.figures import count, distance, one_in, percent
from recog.render.shown import command, image, silhouette
from recog.types import Calibration

PAIR_FACES = 5
"""Faces shown on each side of a pair: one large, four small."""
TILE_FACES = 4
"""Faces shown of a cluster."""
FILES_SHOWN = 50
"""Files listed of one photo; of more, how many."""
_MOSAIC = {1: "one", 2: "two", 3: "three"}
_NAMELESS = (
    '<p class="hint">Nobody has a name here: write it for NAME, and leave out --new where somebody has it already.</p>'
)


def duplicate_page(report: DuplicateReport) -> str:
    """The page as text to be written in UTF-8: styles, script and thumbnails are inside, nothing is fetched.

    Names, paths and all else from the library appear as text only; a content security policy with digests lets no
    other style or script run, and no request leave.
    """
    style, script = page.asset("report.css"), page.asset("report.js")
    sections = (
        ("pairs", "One person twice?", len(report.pairs), _pairs(report)),
        ("groups", "Groups", len(report.groups), _groups(report)),
        ("mixed", "One name, two people?", len(report.mixed), _mixed(report)),
        ("clusters", "People and clusters", len(report.clusters), _clusters(report)),
        ("copies", "Duplicate photos", len(report.duplicate_photos), _copies(report)),
        ("near-copies", "Saved twice?", len(report.near_copies), _near_copies(report)),
    )
    no = "<kbd>x</kbd> copy the one that says no, "
    return page.sectioned("who is here twice?", _head(report), sections, style=style, script=script, more_keys=no)


def _head(report: DuplicateReport) -> str:
    calibration = report.calibration
    created = f"{datetime.fromisoformat(report.created):%Y-%m-%d %H:%M %Z}".strip()
    said = (
        f"<strong>{count(len(report.pairs), 'pair')}</strong> in this library may be one person under two labels. "
        "Compare the faces, then run the command beside a pair: one makes the two one, the other keeps them apart for "
        "good. Nothing is merged by itself."
        if report.pairs
        else "No two people or clusters of this library look like one person."
    )
    facts = "".join(
        f"<div><dt>{escape(word)}</dt><dd>{number}</dd></div>"
        for number, word in (
            count(report.photos, "photo").split(" "),
            count(report.faces, "face").split(" "),
            count(report.people, "person").split(" "),
            count(len(report.clusters), "cluster").split(" "),
        )
    )
    return (
        '<p class="eyebrow">recog, duplicate report</p><h1>Who is here twice?</h1>'
        f'<p class="lead">{said}</p><dl class="facts">{facts}</dl>'
        f'<p class="fine">{page.text(report.library)}, {page.text(created)}. Faces are compared by '
        f"{page.text(report.network.name)} (trained on {page.text(report.network.trained_on)}). "
        f"Squared distances run from 0, the same direction, to 4; two faces up to "
        f"{distance(calibration.threshold)} apart count as one person, {_odds(calibration)}.</p>"
    )


def _odds(calibration: Calibration) -> str:
    """How often different people come nearer than the threshold."""
    if calibration.far is None:
        return "a limit that was set by hand and not measured"
    measured = f"measured on {count(calibration.pairs, 'pair')} of {page.text(calibration.data)}"
    if calibration.far == 0:
        return f"and no pair of different people came nearer ({measured})"
    return f"and {one_in(calibration.far)} pairs of different people comes nearer ({measured})"


def _pairs(report: DuplicateReport) -> str:
    if not report.pairs:
        return '<p class="about none">Nothing to merge.</p>'
    cards = "".join(_pair(number, pair) for number, pair in enumerate(report.pairs, start=1))
    rest = f" {count(report.pairs_left_out, 'pair')} of lesser evidence not listed." if report.pairs_left_out else ""
    return (
        '<p class="about">The most probable first. The probability counts how many faces each side and the whole '
        "library has. Distance is the mean over all pairs of faces across the two sides, nearest the smallest of them."
        f'{rest}</p><div class="pairs">{cards}</div>'
    )


def _pair(number: int, pair: DuplicatePair) -> str:
    return _card(
        f"pair-{number}",
        (pair.left, pair.right),
        (pair.probability, pair.squared_distance, pair.nearest),
        f"{page.name(pair.left.label)} and {page.name(pair.right.label)}",
        (command(pair.command, "merges them") if pair.command else "")
        + (command(pair.reject_command, "keeps them apart") if pair.reject_command else "")
        + (_NAMELESS if pair.left.person is None and pair.right.person is None else ""),
    )


def _card(
    key: str, sides: tuple[DuplicateSide, DuplicateSide], numbers: tuple[float, float, float], who: str, commands: str
) -> str:
    """Two sides face to face. numbers: probability that they are one person, mean and nearest squared distance."""
    probability, mean, nearest = numbers
    bar = max(0.0, min(100.0, 100 * probability))
    return (
        f'<article class="pair item" tabindex="-1" aria-labelledby="{key}">'
        f'<div class="sides">{_side(sides[0])}{_side(sides[1])}</div>'
        f'<div><h3 id="{key}" class="odds"><span class="away">{who}: </span>'
        f"<strong>{escape(percent(probability))}</strong> probability of one person</h3>"
        '<svg class="meter" viewBox="0 0 100 2" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="track" width="100" height="2"/>'
        f'<rect class="value" width="{bar:.1f}" height="2"/></svg>'
        f'<p class="numbers">distance {distance(mean)}, nearest {distance(nearest)}</p>'
        f"{commands}</div></article>"
    )


def _side(side: DuplicateSide) -> str:
    shown = side.samples[:PAIR_FACES]
    images = "".join(_image(sample, side.label, place, len(shown)) for place, sample in enumerate(shown, start=1))
    faces = images or silhouette(f"{side.label}, no thumbnail")
    return (
        f'<figure class="side"><div class="faces">{faces}</div>'
        f"<figcaption><b>{page.name(side.label)}</b>{count(side.faces, 'face')}</figcaption></figure>"
    )


def _mixed(report: DuplicateReport) -> str:
    if not report.mixed:
        return '<p class="about none">Nobody looks like two people.</p>'
    cards = "".join(_mixed_person(number, one) for number, one in enumerate(report.mixed, start=1))
    return (
        '<p class="about">Faces that bear one name and make clusters of their own, the farthest apart first. Photos '
        "of a childhood, or poor ones, can look like this too. Splitting leaves the name to the largest part. Of "
        "somebody with very many faces an even sample is grouped, and the others join it.</p>"
        f'<div class="pairs">{cards}</div>'
    )


def _mixed_person(number: int, mixed: MixedPerson) -> str:
    further = f'<p class="numbers">{count(mixed.further, "further part")}</p>' if mixed.further else ""
    return _card(
        f"mixed-{number}",
        (mixed.main, mixed.part),
        (mixed.probability, mixed.squared_distance, mixed.nearest),
        f"{page.name(mixed.main.label)}, two parts",
        further + command(mixed.command, "splits the name"),
    )


def _groups(report: DuplicateReport) -> str:
    if not report.groups:
        return '<p class="about none">No pairs that chain into a group.</p>'
    faces = {side.label: side.samples[0] for pair in report.pairs for side in (pair.left, pair.right) if side.samples}
    groups = "".join(
        f'<li class="group item" tabindex="-1">{"".join(_chip(label, faces.get(label)) for label in group)}</li>'
        for group in report.groups
    )
    return f'<p class="about">Labels that belong together, pair by pair.</p><ul class="groups">{groups}</ul>'


def _chip(label: str, sample: FaceSample | None) -> str:
    face = _image(sample, label, 1, 1) if sample is not None else ""
    return f'<span class="chip">{face}{page.name(label)}</span>'


def _clusters(report: DuplicateReport) -> str:
    if not report.clusters:
        return '<p class="about none">No clusters yet: <code>recog cluster</code> makes them.</p>'
    shown = report.clusters[: len(report.cluster_samples)]
    tiles = "".join(_tile(cluster, samples) for cluster, samples in zip(shown, report.cluster_samples, strict=True))
    rest = len(report.clusters) - len(shown)
    more = f"; {count(rest, 'smaller cluster')} not shown" if rest else ""
    return f'<p class="about">Everybody the library holds, by cluster{more}.</p><ul class="tiles">{tiles}</ul>'


def _tile(cluster: ClusterSummary, samples: Sequence[FaceSample]) -> str:
    label = cluster.person if cluster.person is not None else f"cluster {cluster.number}"
    shown = samples[:TILE_FACES]
    images = "".join(_image(sample, label, place, len(shown)) for place, sample in enumerate(shown, start=1))
    faces = images or silhouette(f"{label}, no thumbnail")
    named = f", {cluster.named:,} named" if cluster.person is not None else ""
    unnamed = ' class="unnamed"' if cluster.person is None else ""
    mosaic = _MOSAIC.get(max(len(shown), 1), "four")
    return (
        f'<li class="tile item" tabindex="-1"><div class="mosaic {mosaic}">{faces}</div>'
        f"<h3{unnamed}>{page.name(label)}</h3><p>{count(cluster.size, 'face')}{named}</p></li>"
    )


def _copies(report: DuplicateReport) -> str:
    if not report.duplicate_photos:
        return '<p class="about none">Every photo is there once.</p>'
    sets = "".join(
        f'<li class="copy-set item" tabindex="-1"><ul>{_files([page.name(str(path)) for path in paths])}</ul></li>'
        for paths in report.duplicate_photos
    )
    return f'<p class="about">Files with the same content, byte for byte.</p><ul class="copies">{sets}</ul>'


def _near_copies(report: DuplicateReport) -> str:
    if not report.near_copies:
        return '<p class="about none">No two photos look like one picture.</p>'
    sets = "".join(
        f'<li class="copy-set item" tabindex="-1"><ul>{_files([_photo(one) for one in group])}</ul></li>'
        for group in report.near_copies
    )
    return (
        '<p class="about">Photos whose faces are the same and in the same places: probably one picture in another size '
        f'or quality, or two of a quick series. Look before you delete.</p><ul class="copies">{sets}</ul>'
    )


def _photo(photo: PhotoCopy) -> str:
    where = page.name(str(photo.path)) if photo.path is not None else "no file left"
    return f"{where} <small>{photo.width:,} by {photo.height:,}</small>"


def _files(marked: Sequence[str]) -> str:
    """marked: markup of each file."""
    rest = len(marked) - FILES_SHOWN
    more = [f"<small>and {count(rest, 'file')} more, which --json lists</small>"] if rest > 0 else []
    return "".join(f"<li>{one}</li>" for one in [*marked[:FILES_SHOWN], *more])


def _image(sample: FaceSample, label: str, place: int, places: int) -> str:
    return image(sample, f"{label}, face {place} of {places}")
