"""The site of the documents builds without a warning and without a network, and its links lead somewhere."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from documents.site import ROOT, decisions, line_of, repository_link
from tests.docs.texts import DOCS, pages

_LINK = re.compile(r"\]\(([^)#\s]+)(?:#([^)\s]*))?\)")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built by a process to which every proxy is a closed port."""
    folder = tmp_path_factory.mktemp("site")
    closed = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = os.environ | closed | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_page_is_built(site: Path) -> None:
    for page in DOCS.rglob("*.md"):
        place = page.relative_to(DOCS).with_suffix("")
        place = place.parent if place.name == "index" else place
        assert (site / place / "index.html").is_file()


def test_the_site_fetches_nothing_from_elsewhere(site: Path) -> None:
    fetched = re.compile(
        r"""<(?:script|img|iframe|source)[^>]*\bsrc=["']?(?:https?:)?//|<link[^>]*rel=["']?stylesheet[^>]*https?://"""
    )
    assert [page for page in site.rglob("*.html") if fetched.search(page.read_text(encoding="utf-8"))] == []


def test_the_python_api_is_described(site: Path) -> None:
    page = (site / "reference" / "python" / "index.html").read_text(encoding="utf-8")
    for name in ("PhotoLibrary", "FaceReader", "read_settings", "RecogError", "FaceBox"):
        assert re.search(rf'<h\d[^>]* id="[\w.]*\b{name}"', page), name


def test_included_pages_are_part_of_the_site(site: Path) -> None:
    page = (site / "explanation" / "security" / "index.html").read_text(encoding="utf-8")
    assert "Report a weakness" in page
    assert "/blob/main/benchmarks/results/faults.csv" in page


def test_every_decision_is_listed(site: Path) -> None:
    page = (site / "decisions" / "index.html").read_text(encoding="utf-8")
    for path in (DOCS / "decisions").glob("*.md"):
        if path.name != "index.md":
            assert f'href="{path.stem}/"' in page
    assert len(list(decisions())) == len(list((DOCS / "decisions").glob("*.md"))) - 1


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_and_function_that_a_page_links_to_is_there(page: Path) -> None:
    for target, fragment in _LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target:
            repository_link(page, target, fragment or None)  # raises ValueError for what is not there
            assert (page.parent / target).exists(), f"{page} links to {target}"


def test_a_link_to_a_function_leads_to_its_line() -> None:
    page = DOCS / "explanation" / "how-it-works.md"
    source = ROOT / "documents" / "site.py"
    line = line_of(source, "line_of")
    assert line is not None
    assert source.read_text(encoding="utf-8").splitlines()[line - 1].startswith("def line_of(")
    assert repository_link(page, "../../documents/site.py", "line_of") == f"documents/site.py#L{line}"
    assert line_of(source, "_Page.file") is None
    assert repository_link(page, "names.md", "clusters") is None
    with pytest.raises(ValueError, match="which does not define it"):
        repository_link(page, "../../documents/site.py", "nothing")
    with pytest.raises(ValueError, match="does not exist"):
        repository_link(page, "../../documents/nowhere.py", None)


def test_the_walk_goes_through_at_most_eight_rooms() -> None:
    text = (DOCS / "explanation" / "how-it-works.md").read_text(encoding="utf-8")
    rooms = re.findall(r"^\| (\d)\. ", text, re.MULTILINE)
    assert rooms == [str(number) for number in range(1, len(rooms) + 1)]
    assert 5 <= len(rooms) <= 8
