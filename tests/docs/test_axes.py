"""The Python of the page about one, two and three axes does what the page shows."""

import doctest
import re
from pathlib import Path

import pytest
import torch

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "axes.md"
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)


def test_every_line_of_the_page_about_axes_answers_as_shown(capsys: pytest.CaptureFixture[str]) -> None:
    torch.manual_seed(0)
    code = "\n".join(CODE.findall(PAGE.read_text(encoding="utf-8")))
    lines = doctest.DocTestParser().get_doctest(code, {}, PAGE.name, str(PAGE), 0)
    assert len(lines.examples) > 25
    result = doctest.DocTestRunner().run(lines)
    assert result.failed == 0, capsys.readouterr().out
