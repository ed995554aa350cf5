"""The Python of the documents answers as the pages show."""

import doctest
import re
from contextlib import chdir
from pathlib import Path

import pytest
import torch

from documents.examples import prepare

DOCS = Path(__file__).resolve().parents[2] / "docs"
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)
AXES, LESSONS = DOCS / "explanation" / "axes.md", DOCS / "lessons.md"


def failed(page: Path, capsys: pytest.CaptureFixture[str], *, least: int) -> str:
    """Run every line that a page shows after >>>; return what differs."""
    torch.manual_seed(0)
    code = "\n".join(CODE.findall(page.read_text(encoding="utf-8")))
    lines = doctest.DocTestParser().get_doctest(code, {}, page.name, str(page), 0)
    assert len(lines.examples) >= least
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(lines)
    return capsys.readouterr().out if result.failed else ""


def test_no_other_page_has_such_lines() -> None:
    assert {page for page in DOCS.rglob("*.md") if ">>> " in page.read_text(encoding="utf-8")} == {AXES, LESSONS}


def test_every_line_about_axes_answers_as_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert failed(AXES, capsys, least=25) == ""


@pytest.mark.data
@pytest.mark.networks
def test_every_line_of_the_lessons_answers_as_shown(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(tmp_path, data)
    with chdir(tmp_path):
        assert failed(LESSONS, capsys, least=50) == ""
