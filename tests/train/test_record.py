"""What a run record says of the code that made it."""

import importlib.util
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from recog.errors import TrainingError
from recog.train import record
from recog.train.plans import HeadPlan, NetworkPlan


def git(folder: Path, *words: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def copied(path: Path) -> ModuleType:
    """Load the module as if it were installed at path."""
    path.parent.mkdir(parents=True)
    shutil.copy(record.__file__, path)
    spec = importlib.util.spec_from_file_location("installed_record", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_the_commit_is_that_of_recogs_own_checkout_and_of_no_repository_it_is_installed_in(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    installed = copied(tmp_path / ".venv" / "recog" / "record.py")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "somebody else's")
    assert installed.code_state()["commit"] == "none"
    git(tmp_path, "add", "--force", ".venv/recog/record.py")
    git(tmp_path, "commit", "--quiet", "--message", "recog itself")
    assert installed.code_state()["commit"] == git(tmp_path, "rev-parse", "HEAD")


@pytest.mark.parametrize("name", ["", "heads/mine", "../mine", "/mine"])
@pytest.mark.parametrize("plan", [HeadPlan, NetworkPlan])
def test_a_name_that_is_a_path_is_refused_before_anything_is_trained(
    name: str, plan: type[HeadPlan] | type[NetworkPlan]
) -> None:
    with pytest.raises(TrainingError, match="is no name for files"):
        plan(name=name)
