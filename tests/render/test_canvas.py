"""Drawing leaves nothing outside recog's own cache."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("matplotlib")


def test_drawing_writes_to_recog_s_cache_and_not_to_the_home(tmp_path: Path) -> None:
    home, cache = tmp_path / "home", tmp_path / "cache"
    home.mkdir()
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MPL", "XDG_"))}
    environment |= {"HOME": str(home), "RECOG_CACHE": str(cache)}
    code = (
        "from recog.render.canvas import figure; figure((1, 1), dpi=10).text(0, 0, 'a'); import matplotlib.font_manager"
    )
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True)
    assert [path for path in home.rglob("*") if path.is_file()] == []
    assert [path for path in (cache / "matplotlib").iterdir() if path.is_file()]
