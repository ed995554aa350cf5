"""recog prune."""

import json
from collections.abc import Callable
from pathlib import Path

from typer.testing import Result

from tests.painted import RED, paint

Recog = Callable[..., Result]


def test_prune_tells_what_goes_asks_and_drops(recog: Recog, folder: Path) -> None:
    paint(folder / "stays.png", RED, noise=1)
    recog("enrol", "Ann", paint(folder / "goes.png", RED))
    recog("index", folder)
    assert recog("prune").stdout == "No file is missing.\n"
    (folder / "goes.png").unlink()
    recog("index", folder)
    told = "1 file missing. No other file shows 1 photo with 1 face, of which confirmed: Ann 1.\n"
    told += f"files  folder\n    1  {folder}\n"
    assert recog("prune", "--dry-run").stdout == told
    for answer, said in (("n\n", "nothing was dropped"), ("", "nobody answered: --yes does not ask")):
        refused = recog("prune", answer=answer)
        assert (refused.exit_code, told in refused.stderr, said in refused.stderr) == (1, True, True)
    assert recog("prune", "--dry-run").stdout == told
    document = json.loads(recog("prune", "--yes", "--json").stdout)
    assert (document["photos"], document["dropped"], document["confirmed"]) == (1, True, [["Ann", 1]])
    assert "photos     1 in 1 file" in recog("status").stdout
