"""The check of liveness from a file to the verdict, with the real networks on simulated clips and real videos."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks.liveness.camera import Kind, film, write_mp4
from benchmarks.liveness.portraits import Portrait, portraits
from recog.cli.app import app
from recog.cli.session import Progress
from recog.config import Settings, read_settings
from recog.errors import LivenessError
from recog.library.liveness.reading import read_filmed_face
from recog.library.liveness.results import LiveReport, SignalName
from recog.library.photo_library import PhotoLibrary
from recog.live.challenges import Challenge
from recog.live.fusion import Verdict
from recog.photos import DecodeLimits
from recog.types import Pixels

pytestmark = [pytest.mark.networks, pytest.mark.data]
PERSON = "celeba_01d6e99e16"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PhotoLibrary]:
    """Return a library in which the person is enrolled."""
    with PhotoLibrary.open(read_settings(library=tmp_path_factory.mktemp("library"))) as library:
        yield library


@pytest.fixture(scope="module")
def portrait(library: PhotoLibrary, data: Path) -> Portrait:
    """Return a portrait, and enrol its person."""
    library.people.enrol("Ada", [data / "identities" / PERSON / "001.jpg"])
    (found,) = portraits(data / "identities", library.context.networks.detector, people=[PERSON], each=1)
    return found


@pytest.fixture(scope="module")
def clips(portrait: Portrait, tmp_path_factory: pytest.TempPathFactory) -> dict[Kind, Path]:
    """Return a clip of the living person, one of a print, and one of a screen."""
    folder = tmp_path_factory.mktemp("clips")
    made = {}
    for number, kind in enumerate((Kind.LIVE, Kind.PRINT, Kind.SCREEN)):
        made[kind] = folder / f"{kind.name.lower()}.mp4"
        write_mp4(str(made[kind]), film(portrait, kind, seed=700 + number, other=portrait).frames)
    return made


def shown(frames: list[Pixels], path: Path) -> Path:
    """Write frames as a clip."""
    write_mp4(str(path), frames)
    return path


def frames_of(path: Path) -> list[Pixels]:
    """Return the frames of a clip that was written here."""
    import av

    with av.open(str(path)) as container:
        return [np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in container.decode(video=0)]


def test_every_clip_gets_a_verdict_with_evidence(library: PhotoLibrary, clips: dict[Kind, Path]) -> None:
    reports: dict[Kind, LiveReport] = {kind: library.liveness.check(path) for kind, path in clips.items()}
    for report in reports.values():
        assert [one.signal for one in report.evidence] == list(SignalName)
        assert all(np.isfinite([one.weight, *one.measures.values()]).all() for one in report.evidence)
        assert report.seconds == 4.0
        assert 0 <= report.not_live_below <= report.live_from <= 1
    assert reports[Kind.LIVE].probability > max(reports[kind].probability for kind in (Kind.PRINT, Kind.SCREEN))
    assert reports[Kind.LIVE].verdict is not Verdict.NOT_LIVE
    assert Verdict.LIVE not in {reports[kind].verdict for kind in (Kind.PRINT, Kind.SCREEN)}


def test_a_face_that_does_not_live_gets_no_name(library: PhotoLibrary, clips: dict[Kind, Path]) -> None:
    found = library.liveness.identify(clips[Kind.SCREEN])
    assert found.live.verdict is not Verdict.LIVE
    assert found.faces == ()
    assert [one.person.name for one in library.identify(clips[Kind.SCREEN]).faces if one.person] == ["Ada"]


def test_the_command_line_prints_the_verdict_and_fails_for_a_face_that_does_not_live(
    library: PhotoLibrary, clips: dict[Kind, Path]
) -> None:
    def opener(settings: Settings, progress: Progress, /, *, ahead: bool = False) -> PhotoLibrary:
        return PhotoLibrary(settings, networks=library.context.networks)

    place = ["--library", str(library.context.settings.library)]
    shown = CliRunner().invoke(app, [*place, "live", str(clips[Kind.SCREEN])], obj=opener)
    assert shown.exit_code == 0
    assert any(f"screen.mp4: {verdict}" in shown.stdout for verdict in ("not live", "cannot tell"))
    done = CliRunner().invoke(app, [*place, "identify", "--live", "--json", str(clips[Kind.SCREEN])], obj=opener)
    assert done.exit_code == 1
    (one,) = json.loads(done.stdout)["clips"]
    assert (one["faces"], one["live"]["verdict"] == "live") == ([], False)
    assert "1 of 1 clips are not shown to be live, so nobody is named there" in done.stderr


def test_a_challenge_that_is_not_met_makes_a_clip_not_live(library: PhotoLibrary, clips: dict[Kind, Path]) -> None:
    report = library.liveness.check(clips[Kind.LIVE], challenges=[Challenge.NEARER])
    assert [(one.challenge, one.met, one.at) for one in report.challenges] == [(Challenge.NEARER, False, None)]
    assert report.verdict is Verdict.NOT_LIVE


def test_a_real_replay_filmed_from_a_screen_is_refused(library: PhotoLibrary, data: Path) -> None:
    assert library.liveness.check(data / "videos" / "screen_replay.mp4").verdict is Verdict.NOT_LIVE


def test_what_cannot_be_checked_says_so_in_a_sentence(
    library: PhotoLibrary, clips: dict[Kind, Path], data: Path, tmp_path: Path
) -> None:
    frames = frames_of(clips[Kind.LIVE])
    blank = [np.full_like(frames[0], 90)] * 64
    dark = [(one // 6).astype(np.uint8) for one in frames]
    two = [np.concatenate([one, one], axis=1) for one in frames]
    wide = [np.concatenate([one, blank[0]], axis=1) for one in frames]
    spliced = wide[:32] + [one[:, ::-1] for one in wide[32:]]
    cases = [
        (shown(frames[:40], tmp_path / "short.mp4"), "2.4 seconds: film a face for at least 4 seconds"),
        (shown(blank, tmp_path / "blank.mp4"), "does not show a face all the time"),
        (shown(two, tmp_path / "two.mp4"), "shows several faces: film one face alone"),
        (shown(dark, tmp_path / "dark.mp4"), "is too dark"),
        (shown(spliced, tmp_path / "spliced.mp4"), "shows the face leap from one place to another"),
        (data / "identities" / PERSON / "001.jpg", "is no video"),
    ]
    for path, why in cases:
        with pytest.raises(LivenessError, match=why):
            read_filmed_face(path, library.context.networks, DecodeLimits())


def test_a_face_that_takes_the_place_of_another_is_refused(
    library: PhotoLibrary, portrait: Portrait, data: Path, tmp_path: Path
) -> None:
    folder = data / "identities"
    (other,) = portraits(folder, library.context.networks.detector, people=["celeba_1bb159cf81"], each=1)
    first, second = (film(one, Kind.LIVE, seed=3, other=portrait).frames for one in (portrait, other))
    share = np.clip(np.linspace(-2, 3, 64), 0, 1)  # no cut: one face melts into the other
    melted = [
        (a * (1 - part) + b * part).astype(np.uint8) for a, b, part in zip(first, second, share.tolist(), strict=True)
    ]
    with pytest.raises(LivenessError, match="shows two people one after the other"):
        read_filmed_face(shown(melted, tmp_path / "melted.mp4"), library.context.networks, DecodeLimits())
