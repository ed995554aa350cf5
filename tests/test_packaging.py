"""An installed wheel is complete: migrations, head, report page."""

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and unpack it outside the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")  # noqa: S202 - the wheel that was built here
    return folder / "site"


def run(unpacked: Path, code: str) -> str:
    """Run code that imports the unpacked wheel instead of the checkout; return its output."""
    program = f"import sys; sys.path.insert(0, {str(unpacked)!r}); {code}"
    done = subprocess.run([sys.executable, "-c", program], cwd=unpacked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_wheel_makes_and_migrates_a_catalog(unpacked: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'catalog.sqlite3'}"
    code = (
        "import recog.store.engine as e; print(e.__file__); "
        f"catalog = e.open_catalog({url!r}); print(catalog.upkeep.counts().photos)"
    )
    home, photos = run(unpacked, code).splitlines()
    assert home.startswith(str(unpacked))
    assert photos == "0"


def test_a_wheel_carries_the_trained_head(unpacked: Path) -> None:
    code = "from recog.embed.info import head_of, info_of; print(info_of(head_of('facenet-casia')).dim)"
    assert run(unpacked, code) == "128"


def test_a_wheel_carries_the_templates_and_assets_of_every_page(unpacked: Path) -> None:
    kept = [path.relative_to(ROOT) for path in (ROOT / "recog").rglob("*") if path.suffix in {".html", ".css", ".js"}]
    assert len(kept) > 25
    assert [str(path) for path in kept if not (unpacked / path).is_file()] == []
    code = "from recog.web.error_page import error_page; print(error_page(404, 'gone'))"
    assert "Nothing is here" in run(unpacked, code)


def test_a_wheel_carries_no_photo_and_nothing_large(unpacked: Path) -> None:
    files = [path for path in unpacked.rglob("*") if path.is_file()]
    assert not [path for path in files if path.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp", ".heic"}]
    assert max(path.stat().st_size for path in files) < 2 * 1024 * 1024


def test_what_setup_installs_is_locked_by_digest_and_is_what_is_tested_here() -> None:
    """Every direct dependency of every developer extra is locked to one version with digests, and installed in it."""
    locked = {}
    for block in re.split(r"\n(?=\S)", (ROOT / "requirements.txt").read_text(encoding="utf-8")):
        if found := re.match(r"([a-z0-9-]+)==(\S+)", block):
            assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), found[1]
            locked[found[1]] = found[2]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(one for name, extra in extras.items() if name != "gpu" for one in extra)]
    names = {found[0] for one in wanted if (found := re.match(r"[A-Za-z0-9-]+", one)) and found[0] != "recog"}
    assert len(names) > 20
    assert {name: metadata.version(name) for name in names} == {name: locked.get(name.lower()) for name in names}


def test_a_source_archive_carries_the_documents_and_nothing_that_is_built(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as sdist:
        sizes = {member.name.partition("/")[2]: member.size for member in sdist.getmembers() if member.isfile()}
    assert {"README.md", "SECURITY.md", "CONTRIBUTING.md", "mkdocs.yml", "docs/tutorial.md", "Makefile"} <= sizes.keys()
    assert {name.partition("/")[0] for name in sizes if "/" in name} <= {
        ".ci", "benchmarks", "deploy", "docs", "documents", "migrations", "recog", "tests",
    }  # fmt: skip
    assert not [name for name in sizes if "__pycache__" in name]
    assert max(sizes.values()) < 2 * 1024 * 1024


def test_a_wheel_carries_no_documents(unpacked: Path) -> None:
    assert {path.name for path in unpacked.iterdir() if not path.name.endswith(".dist-info")} == {"recog"}
    assert not list(unpacked.rglob("*.md"))


def test_an_installed_wheel_names_where_to_report(unpacked: Path) -> None:
    (described,) = unpacked.glob("*.dist-info/METADATA")
    addresses = re.findall(r"^Project-URL: (\w+), https://", described.read_text(encoding="utf-8"), re.MULTILINE)
    assert {"Documentation", "Source", "Issues", "Changelog"} <= set(addresses)
