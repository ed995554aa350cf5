"""What a Ray actor does on its machine, without Ray: it looks at its settings, works, and can be stopped."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from recog.config import as_environment, read_settings
from recog.errors import ConfigError, NoLibraryError
from recog.library.work.results import WorkReport
from recog.scale.actor import QueueActor
from tests.library.work.slow import slow_queue
from tests.painted import RED, PaintedLibrary, paint


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PaintedLibrary]:
    """A library with three photos in its queue, which the environment names."""
    for number in range(3):
        paint(tmp_path / "photos" / f"{number}.png", RED, noise=number)
    monkeypatch.setenv("RECOG_LIBRARY", str(tmp_path / "library"))
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    with PaintedLibrary(read_settings()) as made:
        made.queue.fill([tmp_path / "photos"])
        yield made


@pytest.fixture
def actor(library: PaintedLibrary) -> Iterator[QueueActor]:
    before = os.sched_getaffinity(0)
    yield QueueActor(slow_queue, library_id=library.queue.library_id, place=0, number=1, on_gpu=False)
    os.sched_setaffinity(0, before)


def test_an_actor_works_with_the_settings_of_its_machine(library: PaintedLibrary, actor: QueueActor) -> None:
    assert actor.begun()
    report = actor.work(60.0)
    assert isinstance(report, WorkReport)
    assert (report.added, report.interrupted, library.queue.overview().files) == (3, False, 0)


def test_an_actor_that_is_stopped_gives_back_what_it_held(library: PaintedLibrary, actor: QueueActor) -> None:
    actor.stop()
    report = actor.work(60.0)
    assert isinstance(report, WorkReport)
    assert (report.interrupted, report.queue.claimed, report.queue.waiting) == (True, 0, 3)


def test_an_actor_of_a_ray_without_a_token_opens_nothing(
    library: PaintedLibrary, actor: QueueActor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for mode in ("", "disabled"):
        monkeypatch.setenv("RAY_AUTH_MODE", mode)
        answer = actor.work(60.0)
        assert isinstance(answer, ConfigError)
        assert "asks for no token, so that anybody who reaches its ports runs programs there" in str(answer)
    assert library.queue.overview().files == 3


def test_an_actor_whose_settings_name_another_catalog_says_where(
    library: PaintedLibrary, actor: QueueActor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECOG_LIBRARY", str(tmp_path / "other"))
    assert isinstance(actor.work(60.0), NoLibraryError)
    with PaintedLibrary(read_settings()) as other:
        other.index([tmp_path / "photos"])
        files = other.status().files
    answer = actor.work(60.0)
    assert isinstance(answer, ConfigError)
    assert f"the settings of {os.uname().nodename} name another catalog than yours" in str(answer)
    assert (files, library.queue.overview().files) == (3, 3)


def test_settings_survive_the_way_through_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = read_settings(library=tmp_path / "a", database="postgresql://ada:secret@db/recog", threshold=0.5, k=3)
    for name, value in as_environment(given).items():
        monkeypatch.setenv(name, value)
    assert read_settings() == given
    assert as_environment(given).keys() >= {"RECOG_LIBRARY", "RECOG_DATABASE", "RECOG_THRESHOLD", "RECOG_K"}
