"""A cold command loads what it needs."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.bench_cold import SAMPLE

pytestmark = pytest.mark.networks


def recog(library: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a verb in its own process; the last line of its stderr lists the heavy modules that it loaded."""
    code = (
        "import sys\n"
        "from recog.cli.app import main\n"
        "try:\n    main()\n"
        "finally:\n    print(sorted({'torch', 'torchvision', 'facenet_pytorch'} & set(sys.modules)), file=sys.stderr)\n"
    )
    return subprocess.run(
        [sys.executable, "-c", code, "--library", str(library), *words], capture_output=True, text=True, check=True
    )


def test_identifying_a_photo_on_a_processor_loads_no_torch(tmp_path: Path) -> None:
    assert recog(tmp_path, "enrol", "Grace", str(SAMPLE)).stderr.splitlines()[-1] == "[]"
    found = recog(tmp_path, "identify", str(SAMPLE))
    assert found.stderr.splitlines()[-1] == "[]"
    assert "Grace" in found.stdout
