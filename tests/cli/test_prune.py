"""recog prune."""

import json
from collections.abc import Callable
from pathlib import Path

from typer.testing import Result

from tests.painted import GREEN, RED, paint

Recog = Callable[..., Result]


def test_prune_tells_what_goes_asks_and_drops(recog: Recog, folder: Path) -> None:
    paint(folder / "stays.png", RED, noise=1)
    recog("enrol", "Ann", paint(folder / "goes.png", RED))
    recog("index", folder)
    assert recog("prune").stdout == "No file is missing.\n"
    (folder / "goes.png").unlink()
    recog("index", folder)
    told = "1 missing file. No other file shows 1 photo with 1 face, of which confirmed: Ann 1.\n"
    told += f"files  folder\n    1  {folder}\n"
    assert recog("prune", "--dry-run").stdout == told
    for answer, said in (("n\n", "nothing was dropped"), ("", "nobody answered: give --yes to skip the question")):
        refused = recog("prune", answer=answer)
        assert (refused.exit_code, told in refused.stderr, said in refused.stderr) == (1, True, True)
    assert recog("prune", "--dry-run").stdout == told
    document = json.loads(recog("prune", "--yes", "--json").stdout)
    assert (document["photos"], document["dropped"], document["confirmed"]) == (1, True, [["Ann", 1]])
    assert "photos     1 in 1 file" in recog("status").stdout


def test_prune_takes_a_folder_that_is_gone_for_good(recog: Recog, folder: Path) -> None:
    old = folder.parent / "old"
    recog("enrol", "Ann", paint(old / "ann.png", RED))
    recog("index", old, paint(folder / "stays.png", RED, noise=1).parent)
    (old / "ann.png").unlink()
    assert recog("prune").stdout == "No file is missing.\n"
    told = (
        f"1 missing file in {old}. No other file shows 1 photo with 1 face, of which confirmed: Ann 1.\n"
        f"files  folder\n    1  {old}\n{old} is a root of which nothing is left then, and goes too.\n"
        "If only its disk is not mounted, mount it and keep them.\n"
    )
    assert recog("prune", old, "--dry-run").stdout == told
    assert told in recog("prune", old, answer="n\n").stderr
    assert f"root       {old}" in recog("status").stdout
    assert recog("prune", old, "--yes").stdout.endswith(f"    1  {old}\n{old} is no root any more.\n")
    assert str(old) not in recog("status").stdout
    assert "knows no file in" in recog("prune", old).stderr
    assert recog("prune", folder).stdout == f"No file in {folder} is missing.\n"


def test_files_of_which_there_are_copies_cost_no_photo(recog: Recog, folder: Path) -> None:
    for name in ("a.png", "b.png"):
        paint(folder / name, RED)
    recog("index", folder)
    (folder / "a.png").unlink()
    recog("index", folder)
    rest = f"1 missing file; other files show the same photos, which stay.\nfiles  folder\n    1  {folder}\n"
    assert recog("prune", "--dry-run").stdout == rest
    assert recog("prune", "--yes").stdout == f"Dropped {rest}"


def test_a_root_without_a_known_file_goes_too(recog: Recog, folder: Path) -> None:
    paint(folder / "a.png", RED)
    paint(folder / "in" / "b.png", GREEN)
    recog("index", folder / "in", folder)
    (folder / "in" / "b.png").unlink()
    recog("index", folder)
    recog("prune", "--yes")
    assert f"root       {folder}/in" in recog("status").stdout
    assert "nothing was dropped" in recog("prune", folder / "in").stderr
    assert recog("prune", folder / "in", "--yes").stdout == (
        f"No file in {folder}/in is missing.\n{folder}/in is no root any more.\n"
    )
    assert f"root       {folder}/in" not in recog("status").stdout
