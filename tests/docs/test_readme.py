"""The README is short, its pictures are there and small, and no other faces are in the repository."""

import re
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from documents.page_pictures import PAGES, SHAPES, WELCOME
from tests.docs.texts import DOCS, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
IN_README = ("groups", "person", "duplicates")
PICTURES = (*IN_README, "photos", "photo", "why", "layers")
GALLERY = [f"{page.name}-{shape.name}.webp" for page in (WELCOME, *PAGES) for shape in SHAPES]


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 220
    assert max(len(line) for line in README.splitlines() if not line.startswith("|")) <= 120


@pytest.mark.parametrize("name", IN_README)
def test_a_picture_is_shown_described_and_small(name: str) -> None:
    path = DOCS / "pictures" / f"{name}.webp"
    source = re.escape(f"docs/pictures/{name}.webp")
    assert re.search(rf'!\[[^\]]{{20,}}\]\({source}\)|<img src="{source}" [^>]*alt="[^"]{{20,}}">', README)
    assert path.stat().st_size < 200_000
    with Image.open(path) as picture:
        assert picture.format == "WEBP"
        assert min(picture.size) > 500


def test_the_terms_of_the_pictures_are_beside_them() -> None:
    page, beside = ((DOCS / "pictures" / name).read_text(encoding="utf-8") for name in ("index.md", "LICENCE.txt"))
    for name in PICTURES:
        assert f"{name}.webp" in page
        assert f"{name}.webp" in beside
    for who in ("Barack Obama", "Joe Biden", "Eileen Collins", "Grace Hopper"):
        assert f"| {who} |" in page
    assert "public domain" in page
    assert "public domain" in beside


def test_every_page_is_shown_in_every_shape_and_all_of_it_is_small() -> None:
    shown = (DOCS / "pictures" / "pages.md").read_text(encoding="utf-8")
    found = sorted((DOCS / "pictures" / "pages").glob("*.webp"))
    assert [path.name for path in found] == sorted(GALLERY)
    assert all(f"](pages/{path.name})" in shown for path in found)
    assert sum(path.stat().st_size for path in found) < 4_000_000


def test_no_other_photo_is_in_the_repository() -> None:
    """Pictures of recog's pages are the only raster images that may show a face; the others are drawn by arithmetic."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no git checkout")
    kinds = {".jpg", ".jpeg", ".png", ".webp", ".heic", ".avif", ".gif", ".tif", ".tiff"}
    found = {path for path in listed.stdout.splitlines() if Path(path).suffix.lower() in kinds}
    shown = {f"docs/pictures/{name}.webp" for name in PICTURES} | {f"docs/pictures/pages/{name}" for name in GALLERY}
    drawn = {f"docs/pictures/{name}-style.webp" for name in ("sound", "volume")}
    drawn |= {"benchmarks/results/cluster.png", "tests/style/golden/hills_in_stripes.png"}
    assert found == drawn | shown
