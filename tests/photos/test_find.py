"""The walk finds every photo once, in one order, and survives whatever lies in a folder."""

import errno
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from recog.errors import NoPhotosFoundError, PhotoError, UnreadablePhotoError
from recog.photos import REASONS, find_photos, stat_photo
from recog.photos.reasons import unreadable_from
from recog.printable import printable
from recog.types import FileStat

ROOT_OF_RECOG = Path(__file__).resolve().parents[2]


class Walk:
    """What a walk gave: relative names, and the reasons it reported by relative name."""

    def __init__(self, root: Path, exclude: Sequence[str] = ()) -> None:
        self.errors: dict[str, str] = {}
        self.stats: list[FileStat] = list(find_photos(root, exclude=exclude, on_error=self._note))
        self.names = [os.path.relpath(found.path, root) for found in self.stats]
        self._root = root

    def _note(self, path: Path, error: PhotoError) -> None:
        assert error.reason in REASONS
        self.errors[path.name] = error.reason


def put(root: Path, names: Iterable[str]) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode("utf-8", "surrogateescape"))


def test_photos_come_sorted_by_the_parts_of_their_paths(tmp_path: Path) -> None:
    put(tmp_path, ["b.jpg", "a/z.png", "a/b/c.webp", "a.jpg", "B.JPG", "z/1.heic", "é.tiff"])
    walk = Walk(tmp_path)
    assert walk.names == ["B.JPG", "a/b/c.webp", "a/z.png", "a.jpg", "b.jpg", "z/1.heic", "é.tiff"]
    assert walk.errors == {}


def test_a_photo_comes_with_its_size_and_time(tmp_path: Path) -> None:
    put(tmp_path, ["a.jpg"])
    status = (tmp_path / "a.jpg").stat()
    assert Walk(tmp_path).stats == [FileStat(tmp_path / "a.jpg", status.st_size, status.st_mtime_ns)]


def test_other_files_hidden_names_and_preview_folders_are_passed_over(tmp_path: Path) -> None:
    put(
        tmp_path,
        ["a.txt", "jpg", ".a.jpg", "._b.jpg", ".thumbnails/a.jpg", "@eaDir/a.jpg", "lost+found/a.jpg", "x.JpEg"],
    )
    assert Walk(tmp_path).names == ["x.JpEg"]


def test_a_root_with_a_hidden_name_was_named_by_the_user(tmp_path: Path) -> None:
    put(tmp_path, [".photos/a.jpg"])
    assert Walk(tmp_path / ".photos").names == ["a.jpg"]


def test_a_root_that_is_a_file_yields_itself_whatever_its_name(tmp_path: Path) -> None:
    put(tmp_path, ["scan"])
    assert [found.path for found in Walk(tmp_path / "scan").stats] == [tmp_path / "scan"]


def test_an_absent_root_is_an_error_at_once_and_an_empty_one_is_not(tmp_path: Path) -> None:
    with pytest.raises(NoPhotosFoundError, match=r"absent is not there"):
        find_photos(tmp_path / "absent", on_error=lambda *_: None)
    assert Walk(tmp_path).names == []


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("a.jpg", ["sub/b.jpg", "sub/deep/c.png"]),
        ("*.png", ["a.jpg", "sub/a.jpg", "sub/b.jpg"]),
        ("sub", ["a.jpg"]),
        ("sub/", ["a.jpg"]),
        ("sub/*", ["a.jpg"]),
        ("sub/deep", ["a.jpg", "sub/a.jpg", "sub/b.jpg"]),
        ("sub/[ab].jpg", ["a.jpg", "sub/deep/c.png"]),
        ("SUB", ["a.jpg", "sub/a.jpg", "sub/b.jpg", "sub/deep/c.png"]),
        ("*", []),
    ],
)
def test_exclude_matches_names_and_paths_below_the_root(tmp_path: Path, pattern: str, left: list[str]) -> None:
    put(tmp_path, ["a.jpg", "sub/a.jpg", "sub/b.jpg", "sub/deep/c.png"])
    assert Walk(tmp_path, exclude=[pattern]).names == left


def test_a_loop_of_links_ends_and_every_photo_comes_once(tmp_path: Path) -> None:
    put(tmp_path, ["real/a.jpg", "real/sub/b.jpg"])
    (tmp_path / "real/sub/up").symlink_to(tmp_path)
    (tmp_path / "a_link_sorted_first").symlink_to(tmp_path / "real")
    (tmp_path / "self").symlink_to("self")
    walk = Walk(tmp_path)
    assert walk.names == ["real/a.jpg", "real/sub/b.jpg"]
    assert walk.errors == {"self": "missing"}


def test_folders_that_only_links_lead_to_come_last_and_once(tmp_path: Path) -> None:
    put(tmp_path, ["root/z.jpg", "outside/a.jpg", "outside/more/b.jpg", "further/c.jpg"])
    (tmp_path / "root/in").symlink_to(tmp_path / "outside")
    (tmp_path / "root/in_again").symlink_to(tmp_path / "outside")
    (tmp_path / "outside/on").symlink_to(tmp_path / "further")
    assert Walk(tmp_path / "root").names == ["z.jpg", "in/a.jpg", "in/more/b.jpg", "in/on/c.jpg"]


def test_a_link_to_a_photo_is_a_photo(tmp_path: Path) -> None:
    put(tmp_path, ["elsewhere/a.jpg", "root/b.jpg"])
    (tmp_path / "root/a.jpg").symlink_to(tmp_path / "elsewhere/a.jpg")
    walk = Walk(tmp_path / "root")
    assert walk.names == ["a.jpg", "b.jpg"]
    assert walk.stats[0].size == (tmp_path / "elsewhere/a.jpg").stat().st_size


def test_a_link_that_leads_nowhere_is_reported_and_the_walk_goes_on(tmp_path: Path) -> None:
    put(tmp_path, ["b.jpg"])
    (tmp_path / "a.jpg").symlink_to(tmp_path / "gone")
    (tmp_path / "loop.jpg").symlink_to("loop.jpg")
    (tmp_path / "unmounted").symlink_to(tmp_path / "gone")
    (tmp_path / "notes.txt").symlink_to(tmp_path / "gone")
    walk = Walk(tmp_path)
    assert walk.names == ["b.jpg"]
    assert walk.errors == {"a.jpg": "missing", "loop.jpg": "missing", "unmounted": "missing"}


def test_pipes_and_sockets_are_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    monkeypatch.chdir(tmp_path)  # a socket's path may have no more than 107 bytes
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.jpg")
        walk = Walk(tmp_path)
    assert (walk.names, walk.errors) == ([], {})


def test_names_of_any_bytes_survive(tmp_path: Path) -> None:
    names = [
        b"new\nline.jpg",
        b"\xff\xfe.jpg",
        "\u202egpj.jpg".encode(),
        b"\x1b[31m.jpg",
        b" .jpg",
        b"x" * 251 + b".jpg",
    ]
    for name in names:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"x")
    assert [os.fsencode(found.path.name) for found in Walk(tmp_path).stats] == sorted(names)


def test_a_printable_path_is_one_harmless_line() -> None:
    shown = printable(Path(os.fsdecode(b"new\nline \xff \x1b[31m \xe2\x80\xae \xc3\xa9")))
    assert shown == "new\\nline \\xff \\x1b[31m \\u202e é"


def test_a_path_too_long_for_the_system_is_reported_and_the_walk_goes_on(tmp_path: Path) -> None:
    put(tmp_path, ["z.jpg"])
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=here)
        deeper = os.open("d" * 250, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)
    walk = Walk(tmp_path)
    assert walk.names == ["z.jpg"]
    assert walk.errors == {"d" * 250: "name_too_long"}


def test_an_unreadable_folder_is_reported_and_the_walk_goes_on(tmp_path: Path) -> None:
    """As another user where the tests run as root: permissions do not hold root back."""
    put(tmp_path, ["a.jpg", "closed/b.jpg", "closed.jpg", "z.jpg"])
    program = """
import json, os
from pathlib import Path
from recog.errors import PhotoError
from recog.photos import find_photos, read_photo
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
errors = []
names = [str(f.path) for f in find_photos(Path("."), on_error=lambda path, e: errors.append([str(path), e.reason]))]
try:
    read_photo(Path("closed.jpg"))
except PhotoError as error:
    errors.append(["closed.jpg", error.reason])
print(json.dumps([names, errors]))
"""
    tmp_path.chmod(0o755)
    (tmp_path / "closed").chmod(0)
    (tmp_path / "closed.jpg").chmod(0)
    environment = {"PYTHONPATH": str(ROOT_OF_RECOG)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, check=True
    )
    (tmp_path / "closed").chmod(0o755)
    assert json.loads(done.stdout) == [
        ["a.jpg", "closed.jpg", "z.jpg"],
        [["closed", "forbidden"], ["closed.jpg", "forbidden"]],
    ]


@pytest.mark.parametrize(
    ("number", "reason", "way_out"),
    [
        (errno.ENOENT, "missing", "moved or deleted"),
        (errno.EACCES, "forbidden", "grant the permission"),
        (errno.ENAMETOOLONG, "name_too_long", "shorten"),
        (errno.EIO, "io_error", r"Input/output error\): check the disk"),
        (errno.ESTALE, "io_error", "index again"),
    ],
)
def test_what_the_system_says_becomes_a_reason_and_a_way_out(number: int, reason: str, way_out: str) -> None:
    error = unreadable_from(Path("x.jpg"), OSError(number, os.strerror(number)))
    assert error.reason == reason
    with pytest.raises(UnreadablePhotoError, match=way_out):
        raise error


def test_the_stat_of_an_absent_file_or_a_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UnreadablePhotoError) as absent:
        stat_photo(tmp_path / "absent.jpg")
    assert absent.value.reason == "missing"
    with pytest.raises(UnreadablePhotoError) as folder:
        stat_photo(tmp_path)
    assert folder.value.reason == "not_a_file"
