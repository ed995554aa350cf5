"""The plot of a run is well-formed, shows every validated step where it belongs, and marks the step that is kept."""

import re
from xml.etree import ElementTree as ET

import pytest

from recog.render.training_plot import training_plot
from recog.train.checkpoint import Progress

pytest.importorskip("matplotlib")
SVG = "{http://www.w3.org/2000/svg}"


def step(number: int, *, loss: float, mean: float, best: bool) -> Progress:
    return Progress(
        step=number, steps=100, loss=loss, triplets=5, active=loss / 2, spread=0.9,
        scores={"mean": mean, "accuracy": mean - 0.1}, best=best,
    )  # fmt: skip


HISTORY = [
    step(0, loss=0.0, mean=0.80, best=True),
    step(50, loss=0.4, mean=0.90, best=True),
    step(100, loss=0.2, mean=0.85, best=False),
]


def drawn(history: list[Progress], title: str = "head") -> ET.Element:
    plot = training_plot(history, title=title, deciding="mean", scores=["mean", "accuracy", "absent"])
    return ET.fromstring(plot)  # noqa: S314 - our own


def points(picture: ET.Element, name: str) -> list[tuple[float, float]]:
    """The points of the line of this name, in pixels from the left and from above."""
    (line,) = (group for group in picture.iter(f"{SVG}g") if group.get("id") == name)
    path = line.find(f"{SVG}path")
    drawn_to = "" if path is None else path.attrib["d"]
    return [(float(x), float(y)) for x, y in re.findall(r"[ML] (\S+) (\S+)", drawn_to)]


def texts(picture: ET.Element) -> list[str]:
    return ["".join(text.itertext()) for text in picture.iter(f"{SVG}text")]


def test_every_line_has_a_point_for_every_step_it_was_measured_at() -> None:
    picture = drawn(HISTORY)
    loss, active, mean, accuracy = (points(picture, name) for name in ("loss", "active-triplets", "mean", "accuracy"))
    assert [len(line) for line in (loss, active, mean, accuracy)] == [2, 2, 3, 3]
    for line in (loss, active, mean, accuracy):
        assert [x for x, _ in line] == sorted(x for x, _ in line)
    assert [x for x, _ in loss] == [x for x, _ in mean[1:]], "both panels share their steps"
    assert loss[0][1] < loss[1][1], "a larger loss stands higher"
    assert mean[1][1] < mean[2][1] < mean[0][1]
    assert all(upper[1] < lower[1] for upper, lower in zip(mean, accuracy, strict=True))
    assert {"loss", "active triplets", "mean", "accuracy", "step"} <= set(texts(picture))
    assert "absent" not in texts(picture)


def test_the_ring_is_on_the_step_that_is_kept() -> None:
    picture = drawn(HISTORY)
    (ring,) = (group for group in picture.iter(f"{SVG}g") if group.get("id") == "kept")
    (place,) = ring.iter(f"{SVG}use")
    assert (float(place.attrib["x"]), float(place.attrib["y"])) == points(picture, "mean")[1]
    assert "head; kept: step 50" in texts(picture)


def test_a_run_that_ended_at_its_start_is_drawn_too() -> None:
    picture = drawn(HISTORY[:1])
    assert points(picture, "loss") == []
    assert len(points(picture, "mean")) == 1


def test_the_same_run_gives_the_same_bytes() -> None:
    first, again = (training_plot(HISTORY, title="head", deciding="mean", scores=["mean"]) for _ in range(2))
    assert first == again


def test_a_name_cannot_leave_its_text() -> None:
    picture = drawn(HISTORY, title="<script>a&b</script> $x^2$")
    assert not list(picture.iter(f"{SVG}script"))
    assert any("<script>a&b</script> $x^2$" in text for text in texts(picture))
