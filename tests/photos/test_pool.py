"""Decoding in processes: a photo that kills, hangs or starves its process costs itself and nothing else."""

import gc
import os
import resource
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from recog.errors import ConfigError, PhotoError, PhotoTooLargeError
from recog.photos import (
    REASONS,
    DecodeLimits,
    DecodePool,
    KnownContent,
    PhotoSource,
    decode_photo,
    photo_digest,
    read_photo,
    read_source,
)
from recog.photos.pool import PHOTOS_A_WORKER
from recog.types import Area, DecodedPhoto
from tests.child_processes import child_processes

ROOT = Path(__file__).resolve().parents[2]
DANGEROUS = "tests.dangerous_worker"
needs_proc = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="there is no /proc to look into")


def picture(path: Path, side: int = 24) -> Path:
    pixels = np.random.default_rng(len(path.name)).integers(0, 255, (side, side + 7, 3), np.uint8)
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def dangerous() -> Iterator[DecodePool]:
    with DecodePool(DecodeLimits(seconds=60, megabytes=512), worker=DANGEROUS) as pool:
        yield pool


def refusal(pool: DecodePool, path: Path) -> PhotoError:
    opened = pool.open(path)
    assert isinstance(opened, PhotoError), opened
    return opened


def test_a_photo_comes_back_as_it_is_read_here(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    image = Image.open(picture(tmp_path / "a.png"))
    exif = image.getexif()
    exif[0x0112] = 6
    exif[0x0132] = "2024:05:06 07:08:09"
    image.save(path, exif=exif)
    here = read_photo(path)
    with DecodePool(DecodeLimits()) as pool:
        there = pool.open(path)
        assert isinstance(there, DecodedPhoto)
        assert (there.sha256, there.format, there.taken_at) == (here.sha256, here.format, here.taken_at)
        assert there.pixels.dtype == np.uint8
        assert there.pixels.flags.writeable
        np.testing.assert_array_equal(there.pixels, here.pixels)
        assert pool.open(path, known={here.sha256}) == KnownContent(here.sha256)


def large_photo(path: Path, *, sigma: float = 40) -> Path:
    Image.effect_noise((300, 200), sigma).convert("RGB").save(path, quality=92)
    return path


def test_a_photo_comes_reduced_and_its_areas_in_full(tmp_path: Path) -> None:
    path = large_photo(tmp_path / "a.jpg")
    here, full = decode_photo(read_source(path), longest=150), read_photo(path)
    with DecodePool(DecodeLimits()) as pool:
        for there in (pool.open(path, longest=150), pool.decode(read_source(path), longest=150)):
            assert isinstance(there, DecodedPhoto)
            assert there.reduced is not None
            assert (there.reduced.factor, there.width, there.height) == (2, 300, 200)
            np.testing.assert_array_equal(there.pixels, here.pixels)
            areas = there.reduced.areas([Area(0, 0, 300, 200), Area(7, 9, 8, 30)])
            np.testing.assert_array_equal(areas[0], full.pixels)
            np.testing.assert_array_equal(areas[1], full.pixels[9:30, 7:8])


def test_full_pixels_are_of_the_bytes_that_were_decoded(tmp_path: Path) -> None:
    path = large_photo(tmp_path / "a.jpg")
    with DecodePool(DecodeLimits()) as pool:
        photo, sent = pool.open(path, longest=150), pool.decode(read_source(path), longest=150)
        large_photo(path, sigma=90)
        assert isinstance(photo, DecodedPhoto)
        assert photo.reduced is not None
        with pytest.raises(PhotoError) as caught:
            photo.reduced.areas([Area(0, 0, 9, 9)])
        assert caught.value.reason == "changed"
        path.unlink()
        with pytest.raises(PhotoError) as caught:
            photo.reduced.areas([Area(0, 0, 9, 9)])
        assert caught.value.reason == "missing"
        assert sent.reduced is not None
        assert sent.reduced.areas([Area(0, 0, 9, 9)])[0].shape == (9, 9, 3)  # its bytes are here


@needs_proc
def test_no_more_processes_than_allowed_decode_at_once(tmp_path: Path) -> None:
    path = large_photo(tmp_path / "a.jpg")
    before, most = child_processes(), 0
    with DecodePool(DecodeLimits(), processes=2) as pool, ThreadPoolExecutor(6) as threads:
        for _ in threads.map(lambda _: pool.open(path), range(30)):
            most = max(most, len(child_processes() - before))
    assert most == 2


def test_a_name_that_is_no_utf_8_is_opened(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png").rename(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\n.png"))
    with DecodePool(DecodeLimits()) as pool:
        assert isinstance(pool.open(path), DecodedPhoto)


def test_what_is_refused_here_is_refused_there_in_the_same_words(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.png").write_text("no photo")
    (tmp_path / "half.png").write_bytes(picture(tmp_path / "a.png", 200).read_bytes()[:5000])
    with DecodePool(DecodeLimits()) as pool:
        for name in ("empty.png", "text.png", "half.png", "absent.png"):
            with pytest.raises(PhotoError) as here:
                read_photo(tmp_path / name)
            there = refusal(pool, tmp_path / name)
            assert (type(there), there.reason, str(there)) == (type(here.value), here.value.reason, str(here.value))


@needs_proc
def test_bytes_that_are_no_files_are_decoded_and_refused_likewise(tmp_path: Path) -> None:
    large = picture(tmp_path / "a.png", 900)
    assert large.stat().st_size > 1 << 20, "more than a socket holds at once"
    before = child_processes()
    with DecodePool(DecodeLimits()) as pool:
        for path in (large, picture(tmp_path / "b.jpg")):
            here, there = read_photo(path), pool.decode(PhotoSource(Path("photo"), path.read_bytes(), ""))
            assert (there.sha256, there.format) == (here.sha256, here.format)
            np.testing.assert_array_equal(there.pixels, here.pixels)
        for data in (b"", b"no photo", large.read_bytes()[:5000]):
            with pytest.raises(PhotoError, match="photo is"):
                pool.decode(PhotoSource(Path("photo"), data, ""))
        assert pool.open(large, known={read_photo(large).sha256}) == KnownContent(read_photo(large).sha256)
        assert len(child_processes() - before) == 1


@pytest.mark.parametrize("deed", ["segfault", "abort", "exit", "lie", "babble", "alarm"])
def test_a_photo_that_ends_its_process_is_crashed_and_the_next_is_decoded(
    dangerous: DecodePool, tmp_path: Path, deed: str
) -> None:
    error = refusal(dangerous, picture(tmp_path / f"{deed}.png"))
    assert error.reason == "crashed"
    assert {"segfault": "SIGSEGV", "abort": "SIGABRT", "exit": "exit status 0", "alarm": "signal 40"}.get(
        deed, ""
    ) in str(error)
    assert isinstance(dangerous.open(picture(tmp_path / "good.png")), DecodedPhoto)


@needs_proc
def test_a_process_is_replaced_after_a_thousand_photos_so_that_leaks_never_add_up(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")
    known = {photo_digest(path)}
    before = child_processes()
    with DecodePool(DecodeLimits()) as pool:
        seen = set()
        for _ in range(PHOTOS_A_WORKER + 1):
            assert isinstance(pool.open(path, known=known), KnownContent)
            seen |= child_processes() - before
        assert len(seen) == 2


def test_a_crash_that_does_not_come_back_costs_nothing(dangerous: DecodePool, tmp_path: Path) -> None:
    assert isinstance(dangerous.open(picture(tmp_path / "once.png")), DecodedPhoto)
    assert (tmp_path / "once.tried").exists()


@pytest.mark.parametrize("deed", ["hang", "spin"])
def test_a_photo_that_is_not_done_in_time_is_a_timeout_and_the_next_is_decoded(tmp_path: Path, deed: str) -> None:
    with DecodePool(DecodeLimits(seconds=2), worker=DANGEROUS) as pool:
        began = time.monotonic()
        error = refusal(pool, picture(tmp_path / f"{deed}.png"))
        assert error.reason == "timeout"
        assert "within 2 seconds" in str(error)
        assert time.monotonic() - began < DecodeLimits().seconds
        assert isinstance(pool.open(picture(tmp_path / "good.png")), DecodedPhoto)


def test_a_photo_that_eats_memory_is_too_large_and_the_next_is_decoded(dangerous: DecodePool, tmp_path: Path) -> None:
    error = refusal(dangerous, picture(tmp_path / "eat.png"))
    assert isinstance(error, PhotoTooLargeError)
    assert "memory" in str(error)
    assert isinstance(dangerous.open(picture(tmp_path / "good.png")), DecodedPhoto)


def test_a_decoder_writes_no_file(dangerous: DecodePool, tmp_path: Path) -> None:
    """Its limit on the size of files is nought: what it tries ends as a crash, and the file stays empty."""
    assert refusal(dangerous, picture(tmp_path / "write.png")).reason == "crashed"
    assert (tmp_path / "write.written").read_bytes() == b""


def test_a_decoder_that_crashes_dumps_no_core(dangerous: DecodePool, tmp_path: Path) -> None:
    """It would be a copy of somebody's photo. The limit is raised here, for the processes inherit it."""
    before = resource.getrlimit(resource.RLIMIT_CORE)
    if before[1] == 0:
        pytest.skip("no process may dump core here: that decoders may not was not tested")
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    try:
        assert isinstance(dangerous.open(picture(tmp_path / "core.png")), DecodedPhoto)
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, before)


def test_a_process_that_cannot_start_is_told_with_the_way_out() -> None:
    with (
        DecodePool(DecodeLimits(), worker="recog.photos.no_such_worker") as pool,
        pytest.raises(ConfigError, match=r"exit status 1.*RECOG_DECODE_MEMORY"),
    ):
        pool.open(Path("a.png"))


def test_a_json_module_in_the_current_folder_is_not_run(tmp_path: Path) -> None:
    """Photos are often indexed from the very folder in which somebody else's files are."""
    (tmp_path / "json.py").write_text("import os; os._exit(7)")
    path = picture(tmp_path / "a.png")
    code = "import sys; from pathlib import Path; from recog.photos import *\n"
    code += "with DecodePool(DecodeLimits()) as pool: print(type(pool.open(Path(sys.argv[1]))).__name__)"
    command = [sys.executable, "-P", "-c", code, str(path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "DecodedPhoto\n"


@needs_proc
def test_closing_ends_every_process_even_one_that_hangs(tmp_path: Path) -> None:
    before = child_processes()
    told: list[BaseException] = []

    def open_hanging(path: Path) -> None:
        try:
            pool.open(path)
        except RuntimeError as error:
            told.append(error)

    with DecodePool(DecodeLimits(), worker=DANGEROUS) as pool:
        threads = [threading.Thread(target=open_hanging, args=[picture(tmp_path / f"hang-{n}.png")]) for n in "12"]
        for thread in threads:
            thread.start()
        while len(child_processes() - before) < 2:
            time.sleep(0.05)
        began = time.monotonic()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began < DecodeLimits().seconds / 2
    assert child_processes() - before == set()
    assert len(told) == 2


@needs_proc
def test_a_process_whose_parent_is_killed_ends_by_itself(tmp_path: Path) -> None:
    code = "from pathlib import Path; import sys, time; from recog.photos import *\n"
    code += "pool = DecodePool(DecodeLimits()); pool.open(Path(sys.argv[1]))\n"
    code += "children = Path('/proc/self/task').glob('*/children')\n"
    code += "print(*(one.read_text() for one in children), flush=True); time.sleep(600)"
    command = [sys.executable, "-c", code, str(picture(tmp_path / "a.png"))]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and is_running(worker):
        time.sleep(0.05)
    assert not is_running(worker)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False


@needs_proc
def test_three_hundred_photos_leave_no_memory_behind(tmp_path: Path) -> None:
    """Growth of this process over 300 photos of 4 MB of pixels each: at most 50 MB."""
    path = tmp_path / "large.jpg"
    Image.linear_gradient("L").resize((1200, 1200)).convert("RGB").save(path)
    others = child_processes()
    with DecodePool(DecodeLimits()) as pool:
        pool.open(path)
        gc.collect()
        before = resident_megabytes()
        for _ in range(300):
            assert isinstance(pool.open(path), DecodedPhoto)
        assert resident_megabytes() - before <= 50
        assert len(child_processes() - others) == 1


def resident_megabytes() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


@pytest.mark.data
def test_no_hostile_file_ends_a_process(data: Path) -> None:
    """All of them, through one pool: each is decoded or refused; no process dies, none is near its limits."""
    files = sorted(path for path in (data / "hostile").rglob("*") if path.is_file())
    reasons: Counter[str] = Counter()
    with DecodePool(DecodeLimits(seconds=120, megabytes=2048)) as pool:
        for path in files:
            opened = pool.open(path, known={photo_digest(files[0])})
            reasons[opened.reason if isinstance(opened, PhotoError) else "fine"] += 1
    assert reasons.keys() <= REASONS | {"fine"}
    assert reasons.total() == len(files)
    assert (reasons["crashed"], reasons["timeout"]) == (0, 0), reasons
    assert reasons["fine"] > 0.25 * len(files)


def test_a_process_that_is_killed_before_it_is_ready_is_started_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Random kills found it: the run ended, where a crash may cost one photo at most."""
    monkeypatch.setenv("RECOG_TEST_MARKER", str(tmp_path / "killed"))
    with DecodePool(DecodeLimits(), worker="tests.stillborn_worker") as pool:
        assert isinstance(pool.open(picture(tmp_path / "a.png")), DecodedPhoto)
    assert (tmp_path / "killed").exists()


def test_a_program_with_closed_standard_streams_decodes_photos(tmp_path: Path) -> None:
    """Its sockets get the numbers of the closed streams, which a child's own streams take."""
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from recog.photos import DecodeLimits, DecodePool\n"
        "for number in (0, 1, 2): os.close(number)\n"
        "with DecodePool(DecodeLimits()) as pool:\n"
        "    opened = pool.open(Path(sys.argv[1]))\n"
        "os._exit(0 if opened.pixels.shape == (24, 31, 3) else 1)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, picture(tmp_path / "a.png")], cwd=ROOT, check=False)
    assert done.returncode == 0
