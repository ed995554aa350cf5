"""Index runs that pages start, pause and stop: the run as an object, its API, and the page without scripts."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from urllib.parse import quote

import pytest

from recog.errors import CatalogError, RecogError
from recog.library.indexing.results import IngestProgress, IngestReport
from recog.web.access import Access
from recog.web.app import create_app
from recog.web.folder_choice import SYSTEM, fit_folder
from recog.web.index_runs import IndexRuns, RunState
from recog.web.library import ServedLibrary
from tests.painted import BLUE, GREEN, PaintedLibrary, paint, painted_library
from tests.web.client import TOKEN, Answer, Client
from tests.web.conftest import PLACE
from tests.web.holding import PATIENCE

FORM = "application/x-www-form-urlencoded"
STEP = 0.01


class SteppedLibrary(PaintedLibrary):
    """Lets a test hold a run at each photo: `at` is set when the run reaches one, `go` lets it go on."""

    at: Event
    go: Event

    def index(  # type: ignore[override] # the parameters that the server gives
        self, folders: list[Path], *, verify: bool = False, progress: Callable[[IngestProgress], None]
    ) -> IngestReport:
        """Index as a library does, a photo at a time."""

        def held(step: IngestProgress) -> None:
            self.at.set()
            assert self.go.wait(PATIENCE)
            progress(step)

        return super().index(folders, verify=verify, progress=held)


@pytest.fixture
def stepped(tmp_path: Path, faces: list[int]) -> Iterator[ServedLibrary]:
    """Serve a copy of the painted library, whose runs wait at each photo."""
    with painted_library(tmp_path / "library") as plain:
        library = SteppedLibrary(plain.context.settings)
    library.at, library.go = Event(), Event()
    with ExitStack() as closing:
        served = closing.enter_context(ServedLibrary(library))
        closing.callback(library.go.set)  # before the library is closed, which waits for the run
        yield served


@pytest.fixture
def more(tmp_path: Path) -> Path:
    for number in range(6):
        paint(tmp_path / "more" / f"{number}.png", GREEN, BLUE, noise=100 + number)
    return tmp_path / "more"


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(STEP)


def ended(runs: IndexRuns) -> RunState:
    until(lambda: not runs.state().goes_on())
    return runs.state()


def client_of(opened: ServedLibrary) -> Client:
    return Client(create_app(opened, access=Access(TOKEN), place=PLACE), PLACE)


def sent(client: Client, what: str, *folders: Path | str) -> Answer:
    """Send the form of the page, as a browser without scripts does."""
    body = "&".join(f"folder={quote(str(folder))}" for folder in folders)
    return client.post(f"/index/{what}", body.encode(), kind=FORM)


def words(answer: Answer) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", answer.body.decode()).split())


def test_a_run_is_paused_resumed_and_ends(stepped: ServedLibrary, library: PaintedLibrary, more: Path) -> None:
    held = stepped.library
    assert isinstance(held, SteppedLibrary)
    assert stepped.runs.state() == RunState()
    assert stepped.runs.start([more]).phase == "looking"
    assert held.at.wait(PATIENCE)
    stepped.runs.pause()
    held.go.set()
    until(lambda: stepped.runs.state().done == 1)
    time.sleep(10 * STEP)
    paused = stepped.runs.state()
    assert (paused.phase, paused.done, paused.total, paused.seconds_left) == ("paused", 1, 6, None)
    stepped.library.people.rename("Ada", "Adele")  # acts go on meanwhile
    assert stepped.runs.resume().phase == "indexing"
    over = ended(stepped.runs)
    assert (over.phase, over.done, over.faces, over.number, over.error) == ("ended", 6, 12, 1, None)
    assert over.report is not None
    assert over.report.added == 6
    assert library.status().photos == 10


def test_a_stopped_run_keeps_what_it_counted_and_the_next_one_goes_on(
    stepped: ServedLibrary, library: PaintedLibrary, more: Path
) -> None:
    held = stepped.library
    assert isinstance(held, SteppedLibrary)
    stepped.runs.start([more])
    assert held.at.wait(PATIENCE)
    with pytest.raises(CatalogError, match="indexed already"):
        stepped.runs.start([more])
    assert stepped.runs.stop().phase == "stopping"
    held.go.set()
    over = ended(stepped.runs)
    assert (over.phase, over.done) == ("stopped", 1)
    assert library.status().photos == 4 + 1
    assert [stepped.runs.pause(), stepped.runs.resume(), stepped.runs.stop()] == [over] * 3
    stepped.runs.start([more])
    again = ended(stepped.runs)
    assert again.report is not None
    assert (again.number, again.report.added, again.report.unchanged) == (2, 5, 1)


def test_the_end_of_the_server_ends_a_paused_run_cleanly(tmp_path: Path, faces: list[int], more: Path) -> None:
    with ServedLibrary(painted_library(tmp_path / "library")) as opened:
        opened.runs.start([more])
        opened.runs.pause()
    state = opened.runs.state()
    opened.runs.end()  # no thread outlives the test
    assert state.phase == "stopped"
    with pytest.raises(CatalogError, match="ending"):
        opened.runs.start([more])
    with painted_library(tmp_path / "library") as library:
        assert library.status().photos == 4 + state.done
        assert library.index(more).added == 6 - state.done
        assert library.maintenance.check().ok


def test_the_rate_leaves_pauses_out(tmp_path: Path) -> None:
    """Each look at the clock takes two seconds; the pause takes a hundred."""
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += 2
        return now

    class Paced(PaintedLibrary):
        def index(self, folders: object, **named: object) -> IngestReport:
            told = named["progress"]
            assert callable(told)
            for done in (11, 12, 13):
                told(IngestProgress(done, 20, 0, 0, tmp_path))
            runs.pause()
            paused.set()
            told(IngestProgress(14, 20, 0, 0, tmp_path))
            told(IngestProgress(15, 20, 0, 0, tmp_path))
            raise RecogError("the disk is full: make room")

    paused = Event()
    with painted_library(tmp_path / "library") as plain:
        runs = IndexRuns(Paced(plain.context.settings), clock=clock)
    runs.start([tmp_path])
    assert paused.wait(PATIENCE)
    until(lambda: runs.state().done == 14)
    assert runs.state().rate == pytest.approx(3 / 6)
    now += 100
    runs.resume()
    over = ended(runs)
    assert over.rate == pytest.approx(4 / 8, rel=0.3)
    assert (over.phase, over.error, over.seconds_left) == ("failed", "the disk is full: make room", None)


def test_a_fault_ends_the_run_with_a_sentence(tmp_path: Path) -> None:
    class Faulty(PaintedLibrary):
        def index(self, folders: object, **named: object) -> IngestReport:
            raise ZeroDivisionError

    with painted_library(tmp_path / "library") as plain:
        runs = IndexRuns(Faulty(plain.context.settings))
    runs.start([tmp_path])
    assert ended(runs).error == "unexpected ZeroDivisionError in recog: please report it"


def test_the_api_starts_known_and_new_folders_and_tells_how_far_it_is(
    client: Client, opened: ServedLibrary, folder: Path, more: Path
) -> None:
    assert client.get("/api/index").json["phase"] == "none"
    started = client.act("/api/index/start")
    assert (started.status, started.json["folders"]) == (200, [str(folder)])
    ended(opened.runs)
    assert client.act("/api/index/start", folders=[str(more)], verify=True).status == 200
    told = client.get("/api/index/events")
    assert told.header("content-type") == "text/event-stream; charset=utf-8"
    assert b'"phase": "ended"' in told.body.rstrip().rpartition(b"\n\n")[2], "the stream ends with the run"
    done = client.get("/api/index").json
    assert (done["number"], done["done"], done["total"], done["report"]["added"]) == (2, 6, 6, 6)
    for what in ("pause", "resume", "stop"):
        assert client.act(f"/api/index/{what}").json["phase"] == "ended"
    assert client.act("/api/index/start", folders=["relative"]).status == 409


def test_while_a_run_goes_on_another_one_is_409(stepped: ServedLibrary, more: Path) -> None:
    with client_of(stepped) as client:
        stepped.runs.start([more])
        refused = client.act("/api/index/start")
        assert (refused.status, "stop that run" in refused.json["error"]) == (409, True)


def test_the_page_starts_and_stops_without_scripts(stepped: ServedLibrary, folder: Path, more: Path) -> None:
    held = stepped.library
    assert isinstance(held, SteppedLibrary)
    with client_of(stepped) as client:
        first = client.get("/index")
        assert f'value="{folder}" checked' in first.body.decode()
        started = sent(client, "start", more, "")
        assert (started.status, started.header("location")) == (303, "/index")
        assert held.at.wait(PATIENCE)
        shown = client.get("/index")
        assert "Pause" in words(shown)
        assert b'http-equiv="refresh"' in shown.body
        assert sent(client, "pause").status == 303
        assert "Paused" in words(client.get("/index"))
        assert sent(client, "resume").status == 303
        held.go.set()
        ended(stepped.runs)
        assert "6 new, 0 changed" in words(client.get("/index"))
        nothing = sent(client, "start", "")
        assert (nothing.status, "no folder is chosen" in nothing.json["error"]) == (422, True)
        assert sent(client, "start", "/nowhere/at/all").status == 409
        (more / "no.png").write_text("no photo")
        sent(client, "start", more)
        ended(stepped.runs)
        assert b'href="/failures"' in client.get("/index").body


def test_without_a_library_the_first_page_makes_one(tmp_path: Path, folder: Path) -> None:
    with ServedLibrary(painted_library(tmp_path / "library")) as opened, client_of(opened) as client:
        opened.open_catalog()
        assert not (tmp_path / "library").exists()
        led = client.send("GET", "/", [*client.own, ("accept", "text/html")])
        assert (led.status, led.header("location")) == (303, "/index")
        assert client.get("/api/people").status == 503
        assert "There is no library yet" in words(client.get("/index"))
        refused = client.act("/api/index/start")
        assert (refused.status, "no folder was indexed yet" in refused.json["error"]) == (409, True)
        assert sent(client, "start", folder).status == 303
        ended(opened.runs)
        assert client.send("GET", "/", [*client.own, ("accept", "text/html")]).status == 200
        assert client.get("/api/status").json["photos"] == 4


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("photos", "does not begin with /"),
        ("/nowhere/at/all", "there is no folder"),
        ("/", "belongs to the system"),
        ("/etc", "belongs to the system"),
        ("/proc/self", "belongs to the system"),
        ("~nobody-of-this-name/x", "there is no folder"),
        ("a\0b", "there is no folder|does not begin"),
    ],
)
def test_an_unfit_folder_is_refused(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(CatalogError, match=why):
        fit_folder(name, keep_out=tmp_path / "library", from_here=True)


def test_homes_of_users_are_not_the_systems() -> None:
    """Some systems keep them in /var/home."""
    assert not [system for system in SYSTEM if Path("/var/home/ada/Pictures").is_relative_to(system)]


def test_links_lead_to_no_hidden_folder_and_to_none_of_the_system(tmp_path: Path) -> None:
    library, hidden, photos = tmp_path / "library", tmp_path / ".hidden" / "in", tmp_path / "photos"
    for one in (library / "in", hidden, photos):
        one.mkdir(parents=True)
    for name, target in (("h", hidden), ("l", library), ("e", Path("/etc")), ("p", photos)):
        (tmp_path / name).symlink_to(target)

    def fit(name: str, *, from_here: bool = True) -> Path:
        return fit_folder(str(tmp_path / name), keep_out=library, from_here=from_here)

    for name, why in (("h", "is hidden"), ("l", "the library's own"), ("library/in", "own"), ("e", "the system")):
        with pytest.raises(CatalogError, match=why):
            fit(name)
    assert fit("p") == photos
    with pytest.raises(CatalogError, match="only on the machine"):
        fit("p", from_here=False)


def test_the_work_of_all_machines_on_the_queue_is_told_and_shown(
    client: Client, opened: ServedLibrary, library: PaintedLibrary, more: Path
) -> None:
    empty = {"done": 0, "total": 0, "at_work": 0, "workers": 0, "machines": 0}
    assert client.get("/api/index/queue").json == empty
    assert b"queue.js" not in client.get("/index").body
    library.queue.fill([more])
    until(lambda: client.get("/api/index/queue").json["total"] == 6)
    assert "Queue 0 of 6 photos Nobody works on it: recog work does." in words(client.get("/index"))
    catalog = library.context.catalog
    networks = {"detector": library.networks.detector.sha256, "network": library.networks.info.sha256}
    (first, *_) = catalog.jobs.claim("nas/1/a", most=2, seconds=60.0, done=(), **networks).files
    catalog.jobs.claim("desk/1/b", most=1, seconds=60.0, done=[first.path], **networks)
    catalog.jobs.release("nas/1/a", done=[first.path])
    until(lambda: client.get("/api/index/queue").json["done"] == 1)
    assert client.get("/api/index/queue").json == {"done": 1, "total": 6, "at_work": 1, "workers": 1, "machines": 1}
    page = client.get("/index")
    assert "Queue 1 of 6 photos 1 worker on 1 machine" in words(page)
    assert b"queue.js" in page.body
    catalog.jobs.release("desk/1/b")
    library.queue.work()
    until(lambda: client.get("/api/index/queue").json == empty | {"done": 6, "total": 6})
    assert b"queue-bar" not in client.get("/index").body
