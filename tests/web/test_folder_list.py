"""The picker of this machine's folders: what it lists, and what it never does."""

from pathlib import Path
from urllib.parse import quote

import pytest

from recog.errors import CatalogError
from recog.web.folder_list import MOST, FolderList, beginnings, listed
from recog.web.library import ServedLibrary
from recog.web.pages.index_folders import folders_page
from recog.web.shell import Frame
from tests.web.client import Client

KEEP_OUT = Path("/nowhere")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path.resolve() / "ada"
    for name in ("Pictures/2019", "pictures old", ".secret/deep", "Documents"):
        (home / name).mkdir(parents=True)
    for name in ("Pictures/1.jpg", "Pictures/2.jpg", "Pictures/.hidden.jpg", "letter.txt"):
        (home / name).write_text("")
    (tmp_path / "others").mkdir()
    (home / "out").symlink_to(tmp_path / "others")
    (home / "in").symlink_to(home / "Pictures")
    return home


def test_folders_are_listed_by_name_and_files_are_counted(home: Path) -> None:
    assert listed(None, [home], keep_out=KEEP_OUT) == FolderList(None, None, (home,))
    top = listed(home, [home], keep_out=KEEP_OUT)
    assert top == FolderList(home, None, (home / "Documents", home / "Pictures", home / "pictures old"), 1)
    below = listed(home / "Pictures", [home], keep_out=KEEP_OUT)
    assert below == FolderList(home / "Pictures", home, (home / "Pictures" / "2019",), 2)
    assert listed(home / "in", [home], keep_out=KEEP_OUT) == below, "a link that stays inside leads to its folder"


def test_nothing_hidden_and_nothing_outside_is_listed(home: Path) -> None:
    for given, sentence in (
        (home / "out", "not below your home"),
        (home.parent, "not below your home"),
        (Path("/etc"), "not below your home"),
        (home / "..", "not below your home"),
        (home / "Pictures" / ".." / "..", "not below your home"),
        (home / ".secret", "is hidden"),
        (home / ".secret" / "deep", "is hidden"),
        (home / "absent", "not there any more"),
        (home / "letter.txt", "cannot be read"),
        (Path(f"{home}\0"), "not there any more"),
    ):
        with pytest.raises(CatalogError, match=sentence):
            listed(given, [home], keep_out=KEEP_OUT)
    with pytest.raises(CatalogError, match="the library's own"):
        listed(home / "Pictures", [home], keep_out=home / "Pictures")
    assert home / "Pictures" not in listed(home, [home], keep_out=home / "Pictures").folders
    assert listed(None, [Path("/etc"), home], keep_out=KEEP_OUT).folders == (home,)


def test_a_folder_of_very_many_is_cut_off(home: Path) -> None:
    for number in range(MOST + 1):
        (home / "Documents" / f"{number:04}").mkdir()
    found = listed(home / "Documents", [home], keep_out=KEEP_OUT)
    assert (len(found.folders), found.more) == (MOST, True)
    assert "the first of more" in folders_page(found, Frame((), None))


def test_it_begins_at_the_home_at_mounted_disks_and_at_folders_of_the_library(home: Path, tmp_path: Path) -> None:
    mounted = tmp_path.resolve() / "mnt"
    (mounted / "disk").mkdir(parents=True)
    (mounted / ".hidden").mkdir()
    known = [home / "Pictures", tmp_path / "gone"]
    assert beginnings(known, home=home, media=[mounted, tmp_path / "no media"]) == (
        home,
        mounted / "disk",
        home / "Pictures",
    )


def test_the_page_leads_down_and_up_and_indexes(client: Client, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(home))
    start = client.get("/index-folders").body.decode()
    assert f'href="/index-folders?at={quote(str(home))}"' in start
    page = client.get(f"/index-folders?at={quote(str(home / 'Pictures'))}").body.decode()
    assert "2 files in it, and 1 folder." in page
    assert "1.jpg" not in page
    assert f'href="/index-folders?at={quote(str(home))}">The folder above' in page
    assert f'<input type="hidden" name="folder" value="{home / "Pictures"}">' in page
    assert client.get(f"/index-folders?at={quote(str(home.parent))}").status == 409


def test_a_name_that_is_not_utf8_is_listed_and_leads_on(
    client: Client, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(home))
    odd = bytes(home) + b"/b\xfcro"
    Path(odd.decode("utf-8", "surrogateescape")).mkdir()
    assert f"?at={quote(odd)}" in client.get(f"/index-folders?at={quote(str(home))}").body.decode()
    answer = client.get(f"/index-folders?at={quote(odd)}")
    assert answer.status == 200
    assert b"index it with <code>recog index</code>" in answer.body


def test_folders_are_shown_to_nobody_on_another_machine(opened: ServedLibrary, client: Client) -> None:
    assert client.get("/index-folders").status == 200
    client.app.app.state.place = type(client.place)("127.0.0.1", 8765, public="https://photos.example")
    answer = client.get("/index-folders")
    assert answer.status == 409, "behind a proxy nobody is known to be here"
    assert "only on the machine that runs" in answer.json["error"]
