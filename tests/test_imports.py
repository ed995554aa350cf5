"""Modules that every verb may import load none of the heavy packages; those load with what needs them."""

import subprocess
import sys

import pytest

HEAVY = {"faiss", "torch", "openvino", "facenet_pytorch"}


@pytest.mark.parametrize(
    "modules",
    [
        "recog.index.faiss_index, recog.index.files",
        "recog.cluster.linkage, recog.cluster.kmeans, recog.cluster.registry",
        "recog.embed.registry, recog.embed.info, recog.detect.registry, recog.detect.mtcnn, recog.detect.yunet",
        "recog.weights.registry, recog.weights.pull, recog.weights.loading",
        "recog.library.networks, recog.library.maintenance.weights",
    ],
)
def test_a_module_alone_loads_no_heavy_package(modules: str) -> None:
    code = f"import sys, {modules}; print(*(sys.modules.keys() & {HEAVY!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_whether_an_index_file_is_current_is_told_without_urllib_and_faiss() -> None:
    code = "import sys, recog.index.files; print(*({'faiss', 'urllib.request', 'PIL'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
