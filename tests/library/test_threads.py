"""Threads share one library: questions are answered beside a writer, and writers take turns."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event, get_ident

import pytest

from recog.errors import NoFaceFoundError
from recog.library.indexing.index_run import BATCH_PHOTOS
from recog.library.indexing.results import IngestProgress, IngestReport
from recog.types import Origin
from tests.held_index import live_index
from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint

PHOTOS = BATCH_PHOTOS + 4
PATIENCE = 120
"""Number of seconds after which a thread counts as stuck."""


class _Run:
    """An index run in another thread that pauses after some photos until it is released."""

    def __init__(self, library: PaintedLibrary, folder: Path, *, after: int) -> None:
        self._after = after
        self._stopped = Event()
        self._go_on = Event()
        self._pool = ThreadPoolExecutor(1)
        self._report = self._pool.submit(library.index, folder, progress=self._stop)

    def _stop(self, step: IngestProgress) -> None:
        if step.done == self._after:
            self._stopped.set()
            assert self._go_on.wait(PATIENCE)

    def wait_for_stop(self) -> None:
        assert self._stopped.wait(PATIENCE)
        assert not self._report.done()

    def finish(self) -> IngestReport:
        self._go_on.set()
        report = self._report.result(PATIENCE)
        self._pool.shutdown()
        return report


@contextmanager
def running(library: PaintedLibrary, folder: Path, *, after: int) -> Iterator[_Run]:
    run = _Run(library, folder, after=after)
    try:
        run.wait_for_stop()
        yield run
    finally:
        run.finish()


@pytest.fixture
def many(folder: Path) -> Path:
    for number in range(PHOTOS):
        paint(folder / f"{number:03}.png", (RED, GREEN)[number % 2], noise=number)
    return folder


def test_questions_are_answered_while_another_thread_indexes(library: PaintedLibrary, many: Path) -> None:
    library.people.enrol("Ann", [many / "000.png"])
    with running(library, many, after=PHOTOS - 1) as run:
        (face,) = library.identify(many / "002.png").faces
        assert face.person is not None
        assert face.person.name == "Ann"
        assert library.status().photos == 1 + BATCH_PHOTOS
        assert [person.name for person in library.people.all()] == ["Ann"]
        assert len(library.search(many / "004.png", k=PHOTOS).faces[0].found) == 1 + BATCH_PHOTOS
        assert library.photos.photo(1).faces[0].person is not None
        assert library.reports.people().faces == 1 + BATCH_PHOTOS
        assert library.maintenance.check().faces == 1 + BATCH_PHOTOS
        assert run.finish().added == PHOTOS - 1
    assert library.status().photos == PHOTOS


def test_faces_are_named_between_the_batches_of_a_run_and_no_name_is_lost(library: PaintedLibrary, many: Path) -> None:
    with running(library, many, after=PHOTOS - 1) as run:
        faces = [library.search(many / name, k=1).faces[0].found[0].face.id for name in ("000.png", "001.png")]
        library.people.confirm("Ann", faces[:1], new=True)
        library.people.confirm("Bob", faces[1:], new=True)
        library.people.rename("Bob", "Ben")
        report = run.finish()
    assert (report.added, report.faces, report.lost) == (PHOTOS, PHOTOS, ())
    everybody = library.people.all()
    assert [(one.name, one.confirmed, one.matched) for one in everybody] == [
        ("Ann", 1, PHOTOS // 2 - 1),
        ("Ben", 1, PHOTOS // 2 - 1),
    ]


def test_a_photo_that_is_enrolled_while_it_waits_for_its_batch_is_stored_once(
    library: PaintedLibrary, many: Path
) -> None:
    with running(library, many, after=2) as run:
        library.people.enrol("Ann", [many / "000.png", many / f"{PHOTOS - 2:03}.png"])
        report = run.finish()
    assert (report.failed, report.lost, report.faces) == ((), (), PHOTOS - 2)
    status = library.status()
    assert (status.photos, status.files, status.faces) == (PHOTOS, PHOTOS, PHOTOS)
    assert library.people.person("Ann").person.confirmed == 2
    assert library.maintenance.check().findings == ()
    assert library.index(many).unchanged == PHOTOS


def test_an_edited_photo_keeps_a_name_that_it_got_during_the_run(library: PaintedLibrary, many: Path) -> None:
    """The photo was moved and edited at once, so the run finds the earlier one by faces with decisions."""
    library.index(many)
    first = library.search(many / "000.png", k=1).faces[0].found[0].face
    (many / "000.png").unlink()
    for number in range(PHOTOS):
        paint(many / f"new-{number:03}.png", GREEN, noise=1000 + number)
    edited = paint(many / "z-edited.png", RED, noise=7777)
    with running(library, many, after=PHOTOS + BATCH_PHOTOS) as run:
        library.people.confirm("Ann", [first.id], new=True)
        assert run.finish().lost == ()
    said = [paths for face, paths in library.people.person("Ann").faces if face.origin is Origin.CONFIRMED]
    assert said == [(many / "000.png",), (edited,)]


def test_a_second_run_waits_for_the_first_and_finds_nothing_to_do(library: PaintedLibrary, many: Path) -> None:
    with ThreadPoolExecutor(1) as pool, running(library, many, after=1) as run:
        second = pool.submit(library.index, many)
        assert run.finish().added == PHOTOS
        assert (second.result(PATIENCE).added, second.result().unchanged) == (0, PHOTOS)


def test_what_removes_photos_waits_for_the_end_of_a_run(library: PaintedLibrary, many: Path) -> None:
    """A run marks files as missing only at its end, and prune drops them."""
    library.index(many)
    (many / "000.png").unlink()
    paint(many / "new.png", BLUE)
    with ThreadPoolExecutor(1) as pool, running(library, many, after=PHOTOS) as run:
        pruned = pool.submit(library.photos.prune)
        assert run.finish().missing == 1
        assert pruned.result(PATIENCE).files == (many / "000.png",)
    assert library.status().photos == PHOTOS


def test_writers_take_turns_and_nothing_that_they_say_is_lost(library: PaintedLibrary, many: Path) -> None:
    library.index(many)
    faces = live_index(library).current().ids().tolist()

    def say(number: int) -> None:
        library.people.confirm(f"Person {number}", [faces[number]], new=True)
        library.people.rename(f"Person {number}", f"Name {number}")
        library.people.hide(f"Name {number}", hidden=number % 2 == 0)

    answers = at_once(8, say, range(PHOTOS))
    assert len(answers) == PHOTOS
    everybody = library.people.all(hidden=True)
    assert {person.name for person in everybody} == {f"Name {number}" for number in range(PHOTOS)}
    assert sum(person.hidden for person in everybody) == PHOTOS // 2
    assert all(person.confirmed == 1 for person in everybody)


def test_threads_that_ask_beside_one_that_names_get_whole_answers(library: PaintedLibrary, folder: Path) -> None:
    photos = [paint(folder / "ann.png", RED), paint(folder / "bob.png", GREEN)]
    library.people.enrol("Ann", [photos[0]])
    library.people.enrol("Bob", [photos[1]])
    threads = set()

    def ask(number: int) -> str:
        threads.add(get_ident())
        if number % 4 == 3:
            library.people.hide("Bob", hidden=number % 8 == 3)
        (face,) = library.identify(photos[number % 2]).faces
        assert face.person is not None
        assert len(library.search(photos[0], k=2).faces[0].found) == 2
        assert [pair.left.person for pair in library.reports.duplicates().pairs] == []
        return face.person.name

    assert at_once(8, ask, range(48)) == ["Ann", "Bob"] * 24
    assert len(threads) == 8
    assert library.people.matched_at_once


def test_parts_that_several_threads_need_first_are_opened_once(library: PaintedLibrary, many: Path) -> None:
    library.index(many)
    library.close()
    parts = at_once(8, lambda _: (id(library.context.gallery), id(live_index(library))), range(32))
    assert len(set(parts)) == 1


def test_a_turn_ends_with_an_error_too(library: PaintedLibrary, folder: Path) -> None:
    ann, nobody = paint(folder / "ann.png", RED), paint(folder / "nobody.png", None)
    library.people.enrol("Ann", [ann])
    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(NoFaceFoundError):
            pool.submit(library.people.enrol, "Bob", [nobody]).result(PATIENCE)
        with pytest.raises(ZeroDivisionError):
            library.index(folder, progress=lambda _: 1 / 0)  # type: ignore[arg-type]
        assert pool.submit(library.people.hide, "Ann").result(PATIENCE).hidden


def at_once(threads: int, do: Callable[[int], object], numbers: range) -> list[object]:
    """Call a function in several threads and return the answers in order."""
    with ThreadPoolExecutor(threads) as pool:
        asked: list[Future[object]] = [pool.submit(do, number) for number in numbers]
        return [one.result(PATIENCE) for one in asked]
