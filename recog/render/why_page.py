"""Which parts of a face decide, as one HTML file or a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recog.explain.heat import as_png, overlaid
from recog.library.explaining.results import ExplainedFace, ExplainedPair
from recog.library.private_file import write_private
from recog.render.page import report
from recog.render.why_words import face_words, in_order, pair_words, side_words
from recog.types import Pixels

_GAP = 8
"""White pixels between the pictures of a PNG."""
_FACE = "Covered: warm where the embedding moves most"
_PAIR = "Covered: warm where it makes them alike, blue where it keeps them apart"


@dataclass(frozen=True, slots=True)
class FaceCard:
    """A face as a page shows it: pictures as PNGs, gradient empty for a network without gradients."""

    title: str
    legend: str
    plain: bytes
    covered: bytes
    gradient: bytes
    words: Sequence[str]
    parts: Sequence[tuple[str, float]]


def face_card(found: ExplainedFace) -> FaceCard:
    """Return the card of a face alone."""
    return _card(found, _FACE, face_words(found))


def pair_cards(found: ExplainedPair) -> list[FaceCard]:
    """Return the cards of both faces of a pair."""
    return [_card(one, _PAIR, [side_words(one)]) for one in (found.left, found.right)]


def write_why(found: ExplainedFace | ExplainedPair, path: Path) -> None:
    """Write a page, or a picture if `path` ends in .png; readable by its owner alone.

    An earlier file of that name is replaced at once. RecogError says why it cannot be written.
    """
    if path.suffix.lower() == ".png":
        write_private(path, why_picture(found))
        return
    write_private(path, why_page(found).encode("utf-8"))


def why_picture(found: ExplainedFace | ExplainedPair) -> bytes:
    """Return the pictures of the face, or of both, as one PNG: a row for each face."""
    return as_png(_sheet([found] if isinstance(found, ExplainedFace) else [found.left, found.right]))


def why_page(found: ExplainedFace | ExplainedPair) -> str:
    """Render the page as text to be written in UTF-8; no script runs. See recog.render.page.report."""
    if isinstance(found, ExplainedFace):
        values: dict[str, object] = {"heading": "What decides this face?", "answer": (), "cards": [face_card(found)]}
    else:
        heading = "Why one person?" if found.verification.same else "Why two people?"
        values = {"heading": heading, "answer": pair_words(found)[:1], "cards": pair_cards(found)}
    return report("why.html", values, title="why", styles=["report.css", "why.css"])


def _card(found: ExplainedFace, legend: str, words: Sequence[str]) -> FaceCard:
    return FaceCard(
        title=f"{found.photo.name}, face {found.number}",
        legend=legend,
        plain=as_png(found.picture),
        covered=as_png(overlaid(found.picture, found.weights)),
        gradient=b"" if found.gradient is None else as_png(gradient_overlay(found)),
        words=words,
        parts=in_order(found.parts),
    )


def gradient_overlay(found: ExplainedFace) -> Pixels:
    """Lay the gradient over the face; its strongest hundredth gets the full colour."""
    if found.gradient is None:
        raise ValueError("a face explained without gradients has no such picture")
    return overlaid(found.picture, found.gradient, largest=float(np.percentile(found.gradient, 99)) or None)


def _sheet(sides: Sequence[ExplainedFace]) -> Pixels:
    """Put the pictures of each face into a row: the face, the map by covering, the gradient."""
    rows = []
    for one in sides:
        pictures = [one.picture, overlaid(one.picture, one.weights)]
        pictures += [] if one.gradient is None else [gradient_overlay(one)]
        rows.append(np.concatenate([np.pad(each, _FRAME, constant_values=255) for each in pictures], axis=1))
    sheet: Pixels = np.concatenate(rows)
    return sheet


_FRAME = ((_GAP, _GAP), (_GAP, _GAP), (0, 0))
