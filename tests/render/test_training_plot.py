"""The plot of a run is well-formed, shows every validated step where it belongs, and marks the one that is kept."""

from xml.etree import ElementTree as ET

from recog.render.training_plot import training_plot
from recog.train.checkpoint import Progress

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
    return ET.fromstring(training_plot(history, title=title, deciding="mean", scores=["mean", "accuracy", "absent"]))  # noqa: S314 - our own


def points(line: ET.Element) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (each.split(",") for each in line.attrib["points"].split())]


def test_every_line_has_a_point_for_every_step_it_was_measured_at() -> None:
    lines = [points(line) for line in drawn(HISTORY).iter(f"{SVG}polyline")]
    assert [len(line) for line in lines] == [2, 2, 3, 3]
    for line in lines:
        assert [x for x, _ in line] == sorted(x for x, _ in line)
    loss, _, mean, accuracy = lines
    assert loss[0][1] < loss[1][1], "a larger loss stands higher"
    assert mean[1][1] < mean[2][1] < mean[0][1]
    assert all(upper[1] < lower[1] for upper, lower in zip(mean, accuracy, strict=True))


def test_the_ring_is_on_the_step_that_is_kept() -> None:
    picture = drawn(HISTORY)
    (ring,) = picture.iter(f"{SVG}circle")
    mean = points(list(picture.iter(f"{SVG}polyline"))[2])
    assert (float(ring.attrib["cx"]), float(ring.attrib["cy"])) == mean[1]
    assert any("kept: step 50" in (text.text or "") for text in picture.iter(f"{SVG}text"))


def test_a_run_that_ended_at_its_start_is_drawn_too() -> None:
    lines = [line.attrib["points"] for line in drawn(HISTORY[:1]).iter(f"{SVG}polyline")]
    assert lines[:2] == ["", ""]
    assert all(line for line in lines[2:])


def test_a_name_cannot_leave_its_text() -> None:
    picture = drawn(HISTORY, title="<script>a&b</script>")
    assert not list(picture.iter(f"{SVG}script"))
    assert any("<script>" in (text.text or "") for text in picture.iter(f"{SVG}text"))
