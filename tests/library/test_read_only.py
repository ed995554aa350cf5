"""A library on a read-only disk answers every question, and writes reports elsewhere."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.painted import BLUE, GREEN, RED, PaintedLibrary, paint

ROOT = Path(__file__).resolve().parents[2]
MOUNTED = """
mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit 77
shift
exec "$@"
"""
ASK = """
import json, sys
from pathlib import Path
from recog.errors import RecogError
from recog.library.maintenance.doctor import examine
from tests.painted import painted_library

directory, photos, out = map(Path, sys.argv[1:])
answers = {}
with painted_library(directory) as library:
    party = photos / "party.png"
    answers["status"] = library.status().faces
    answers["identify"] = [one.person and one.person.name for one in library.identify(party).faces]
    answers["search"] = len(library.search(party, k=9).faces[0].found)
    answers["verify"] = library.verify(photos / "ann.png", "Ann").verification.same
    answers["find"] = [str(one.paths[0].name) for one in library.people.find(["Ann", "Bob"]).photos]
    answers["people"] = [person.name for person in library.people.all()]
    answers["person"] = len(library.people.person("Ann").faces)
    answers["why"] = library.faces.why(1).face.id
    answers["history"] = len(library.people.history().acts)
    answers["duplicates"] = library.reports.duplicates().faces
    answers["people_report"] = len(library.reports.people().people)
    told = [one.sentence for one in examine(library.context.settings, library.networks).observations]
    answers["doctor"] = any("may only be read here" in sentence for sentence in told)
    answers["check"] = library.maintenance.check().ok
    answers["missing"] = len(library.photos.missing().files)
    answers["dry run"] = library.index([photos], dry_run=True).unchanged
    answers["backup"] = library.maintenance.back_up(out / "copy.sqlite3").size > 0
    answers["export"] = library.names.export(out / "names.json").faces
    refused = {}
    for verb, write in {
        "enrol": lambda: library.people.enrol("Eve", [party], face=3),
        "index": lambda: library.index([photos]),
        "confirm": lambda: library.people.confirm("Ann", [1]),
        "cluster": lambda: library.groups.cluster(),
        "forget": lambda: library.people.forget("Ann"),
        "check --fix": lambda: library.maintenance.check(fix=True),
    }.items():
        try:
            write()
        except RecogError as error:
            refused[verb] = str(error)
    answers["refused"] = refused
print(json.dumps(answers))
"""


def test_every_question_is_answered_and_every_change_refused(
    library: PaintedLibrary, folder: Path, tmp_path: Path
) -> None:
    paint(folder / "party.png", RED, GREEN, BLUE)
    for name, colour in (("ann", RED), ("bob", GREEN)):
        paint(folder / f"{name}.png", colour)
    library.index([folder])
    library.people.enrol("Ann", [folder / "ann.png"])
    library.people.enrol("Bob", [folder / "bob.png"])
    library.close()
    (out := tmp_path / "out").mkdir()
    directory = library.context.settings.library
    before = {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}
    done = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", MOUNTED, "sh", directory, sys.executable, "-c", ASK, directory, folder, out],
        cwd=ROOT, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip(f"no file system can be mounted here, a read-only one was not tested: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    refused = answers.pop("refused")
    assert answers == {
        "status": 5, "identify": ["Ann", "Bob", None], "search": 5, "verify": True, "find": ["party.png"],
        "people": ["Ann", "Bob"], "person": 2, "why": 1, "history": 2, "duplicates": 5, "people_report": 2,
        "doctor": True, "check": True, "missing": 0, "dry run": 3, "backup": True, "export": 2,
    }  # fmt: skip
    assert sorted(refused) == ["check --fix", "cluster", "confirm", "enrol", "forget", "index"]
    assert all("may only be read here, so nothing can be changed" in said for said in refused.values()), refused
    assert {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()} == before
