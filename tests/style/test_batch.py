"""Planning a batch: what is made, under which name, and what is the same."""

import math
from pathlib import Path

import pytest

from recog.errors import StyleError
from recog.style.batch import Ingredient, PlannedPicture, StyleSource, blended_styles, picture_digest, plan_pictures
from recog.style.settings import StyleSettings

PHOTOS = [StyleSource(Path(f"/photos/IMG {n}.jpg"), f"{n:064d}") for n in range(3)]
STYLES = [StyleSource(Path(f"/styles/{name}.jpg"), name * 64) for name in "ab"]
OUT = Path("/out")


def test_every_photo_meets_every_style_and_setting_once() -> None:
    settings = [StyleSettings(), StyleSettings(beta=3.0)]
    planned = plan_pictures(PHOTOS, STYLES, settings, network_sha256="n", folder=OUT)
    assert len(planned) == 12
    assert len({each.digest for each in planned}) == len({each.output for each in planned}) == 12
    assert {(each.content, each.styles, each.settings) for each in planned} == {
        (photo, (Ingredient(style, 1.0),), setting) for photo in PHOTOS for style in STYLES for setting in settings
    }


def test_the_same_content_at_two_paths_is_planned_once() -> None:
    twin = StyleSource(Path("/copy/other.jpg"), PHOTOS[0].sha256)
    planned = plan_pictures([PHOTOS[0], twin], STYLES[:1], [StyleSettings()], network_sha256="n", folder=OUT)
    assert [each.content.path for each in planned] == [PHOTOS[0].path]


def test_a_plan_is_the_same_the_next_time_so_that_a_batch_can_go_on() -> None:
    plans = [plan_pictures(PHOTOS, STYLES, [StyleSettings()], network_sha256="n", folder=OUT) for _ in range(2)]
    assert plans[0] == plans[1]


def test_the_digest_sees_all_that_a_result_is_made_of_and_not_the_order_of_styles() -> None:
    def digest(content: str = "c", styles: str = "ab", shares: tuple[float, float] = (1.0, 2.0), **more: float) -> str:
        return picture_digest(content, list(styles), shares, StyleSettings(**more), network_sha256="n")  # type: ignore[arg-type]

    assert digest() == picture_digest("c", ["b", "a"], (2.0, 1.0), StyleSettings(), network_sha256="n")
    others = {digest(content="d"), digest(styles="ac"), digest(shares=(1.0, 3.0)), digest(beta=2.0)}
    others.add(picture_digest("c", ["a", "b"], (1.0, 2.0), StyleSettings(), network_sha256="m"))
    assert len(others | {digest()}) == 6


def test_a_blend_is_one_picture_a_photo_and_the_same_however_its_weights_are_written() -> None:
    def plan(styles: list[StyleSource], blend: list[float]) -> list[PlannedPicture]:
        return plan_pictures(PHOTOS, styles, [StyleSettings()], network_sha256="n", folder=OUT, blend=blend)

    planned = plan(STYLES, [0.7, 0.3])
    assert [each.content for each in planned] == PHOTOS
    assert planned[0].styles == (Ingredient(STYLES[0], 0.7), Ingredient(STYLES[1], 0.3))
    assert planned == plan(STYLES, [7.0, 3.0]) == plan(STYLES[::-1], [30.0, 70.0])
    assert "--a+b--" in planned[0].output.name
    others = {each.digest for blend in ([0.6, 0.4], [1.0, 0.0], [0.0, 1.0]) for each in plan(STYLES, blend)}
    assert len(others | {each.digest for each in planned}) == 12


def test_a_blend_of_one_style_is_that_style_and_the_same_picture_counts_once() -> None:
    (alone,) = plan_pictures(PHOTOS[:1], STYLES[:1], [StyleSettings()], network_sha256="n", folder=OUT)
    twin = StyleSource(Path("/copy/a.jpg"), STYLES[0].sha256)
    for styles, blend in (([STYLES[0], STYLES[1]], [2.0, 0.0]), ([STYLES[0], twin], [1.0, 3.0])):
        (blended,) = plan_pictures(PHOTOS[:1], styles, [StyleSettings()], network_sha256="n", folder=OUT, blend=blend)
        assert blended == alone


@pytest.mark.parametrize(
    "blend", [[1.0], [1.0, 1.0, 1.0], [-1.0, 2.0], [0.0, 0.0], [float("nan"), 1.0], [math.inf, 1.0]]
)
def test_weights_that_are_no_blend_are_refused(blend: list[float]) -> None:
    with pytest.raises(StyleError, match="the blend"):
        blended_styles(STYLES, blend)


@pytest.mark.parametrize("stem", ["../../etc/passwd", "a b;rm -rf", "ä" * 200, "...", "-x"])
def test_names_stay_in_the_folder_and_short_whatever_the_photo_is_called(stem: str) -> None:
    source = StyleSource(Path("/photos") / f"{stem}.jpg", "0" * 64)
    (planned,) = plan_pictures([source], STYLES[:1], [StyleSettings()], network_sha256="n", folder=OUT, suffix=".JPG")
    assert planned.output.parent == OUT
    assert planned.output.suffix == ".jpg"
    assert len(planned.output.name.encode()) < 240
    assert not set(planned.output.name) & set(" ;/\\'\"")
    assert planned.output.name[0] not in ".-"


def test_no_style_and_an_unknown_suffix_are_refused() -> None:
    with pytest.raises(StyleError, match="no style picture"):
        plan_pictures(PHOTOS, [], [StyleSettings()], network_sha256="n", folder=OUT)
    with pytest.raises(StyleError, match=r"\.gif is no suffix"):
        plan_pictures(PHOTOS, STYLES, [StyleSettings()], network_sha256="n", folder=OUT, suffix=".gif")
