"""`verify` by a classifier of the library: only one of its own network, on stored embeddings."""

from pathlib import Path

import numpy as np
import pytest

from recog.errors import EvaluationError, WayOut
from recog.library.photo_library import PhotoLibrary
from recog.render.as_json import to_json
from recog.verification.classifier import PairClassifier
from recog.verification.features import Method
from recog.verification.files import save_classifier
from tests.painted import GREEN, RED, PaintedLibrary, paint
from tests.texts import to_text

PINK = (230, 90, 90)


def keep(library: PhotoLibrary, method: Method, *, sha256: str = "c" * 64) -> None:
    """Save a classifier that looks at the second colour alone."""
    made = PairClassifier(method, np.array([0.0, -40.0, 0.0]), 4.0, 0.9, 1e-3, sha256, "paint")
    library.context.settings.library.mkdir(parents=True, exist_ok=True)
    save_classifier(made, "colour", directory=library.context.settings.library, record={})


@pytest.mark.parametrize("method", [Method.LOGISTIC, Method.CHI_SQUARE])
def test_a_classifier_decides_photos_and_people(library: PaintedLibrary, folder: Path, method: Method) -> None:
    keep(library, method)
    red, pink, green = (
        paint(folder / f"{name}.png", colour) for name, colour in (("red", RED), ("pink", PINK), ("green", GREEN))
    )
    same = library.verify(red, red, method=method).verification
    assert (same.same, same.method, same.least_probability) == (True, method.value, 0.9)
    assert same.probability == pytest.approx(1 / (1 + np.exp(-4.0)))
    apart = library.verify(red, pink, method=method)
    assert not apart.verification.same
    assert apart.verification.squared_distance < apart.verification.threshold  # a match by distance
    assert library.verify(red, pink).verification.same
    text = to_text(apart)
    assert text.startswith("Different people: ")
    assert f"({method.value}), 90 % is needed" in text
    assert f'"method": "{method.value}"' in to_json(apart)
    library.index([folder])
    library.people.enrol("Ada", [green, red])
    assert library.verify(red, "Ada", method=method).verification.same  # the nearest of her faces decides
    assert not library.verify(pink, "Ada", method=method).verification.same


def test_the_distance_needs_no_classifier_and_says_so(library: PaintedLibrary, folder: Path) -> None:
    red = paint(folder / "red.png", RED)
    verdict = library.verify(red, red).verification
    assert (verdict.method, verdict.least_probability) == ("distance", None)


def test_without_a_classifier_of_this_network_there_is_no_answer(library: PaintedLibrary, folder: Path) -> None:
    red = paint(folder / "red.png", RED)
    with pytest.raises(EvaluationError, match="no logistic classifier of colour ") as caught:
        library.verify(red, red, method=Method.LOGISTIC)
    assert caught.value.way_out is WayOut.TRAIN_VERIFIER_OR_USE_DISTANCE
    keep(library, Method.LOGISTIC, sha256="e" * 64)
    with pytest.raises(EvaluationError, match="trained on the network eeeeeeeeeeee"):
        library.verify(red, red, method=Method.LOGISTIC)
