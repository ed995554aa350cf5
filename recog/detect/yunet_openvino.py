"""YuNet, R-Net and O-Net on OpenVINO."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from recog.detect import openvino_graphs, rounding
from recog.detect.openvino_graphs import output_graph, refinement_graph
from recog.detect.openvino_stages import odds
from recog.detect.proposals import OUTPUTS, Floats, Outputs
from recog.weights import openvino_kernel
from recog.weights.compiled_cache import compiled_once
from recog.weights.openvino_runtime import openvino
from recog.weights.registry import spec

_CODE = [
    *(Path(str(one.__file__)) for one in (openvino_graphs, rounding, openvino_kernel)),
    Path(openvino_kernel.__file__).with_name("onnx_file.py"),  # not imported, because it imports onnx
    Path(__file__),
]
"""The files of recog's code on which the compiled networks depend."""

_REFINED = 8
_DECIDED = 4
"""Windows of a batch. The shapes are fixed, because OpenVINO prepares for each new one."""
_PREPARED = 200
"""Layers that OpenVINO keeps prepared, about four sizes of a photo; a new size costs 3 ms.

Without a limit 300 sizes of photos took 770 MB.
"""


class OpenVinoRefiners:
    """R-Net and O-Net; thread-safe, up to `threads` photos at a time, each processed by the calling thread.

    The weights files are verified. The compiled networks are cached beside them for the next start.
    """

    def __init__(self, mtcnn: Path, *, threads: int) -> None:
        kept = mtcnn.with_name("rnet.compiled"), mtcnn.with_name("onet.compiled")
        self._refinement = Requests(kept[0], lambda: refinement_graph(load_file(mtcnn), batch=_REFINED), threads)
        self._output = Requests(kept[1], lambda: output_graph(load_file(mtcnn), batch=_DECIDED), threads)

    def refine(self, windows: NDArray[np.uint8]) -> tuple[Floats, Floats]:
        """Run R-Net on n >= 1 windows (n, 3, 24, 24): probabilities (n,), offsets (n, 4)."""
        answers = _batches(self._refinement.mine, windows, _REFINED)
        return odds(answers[:, :2]), answers[:, 2:]

    def decide(self, windows: NDArray[np.uint8]) -> tuple[Floats, Floats, Floats]:
        """Run O-Net on n >= 1 windows (n, 3, 48, 48): probabilities (n,), offsets (n, 4), landmarks (n, 10)."""
        answers = _batches(self._output.mine, windows, _DECIDED)
        return odds(answers[:, :2]), answers[:, 2:6], answers[:, 6:]


class OpenVinoYunet(OpenVinoRefiners):
    """YuNet, R-Net and O-Net."""

    def __init__(self, yunet: Path, mtcnn: Path, *, threads: int) -> None:
        super().__init__(mtcnn, threads=threads)
        self._proposal = Requests(yunet.with_suffix(".compiled"), lambda: _proposal_graph(yunet), threads)

    def propose(self, image: Floats) -> Outputs:
        """Run YuNet on (3, h, w) blue, green and red, 0 to 255, h and w multiples of 32."""
        request = self._proposal.mine
        request.set_input_tensor(openvino.Tensor(image[None], shared_memory=True))
        request.infer()
        return {name: request.get_tensor(name).data[0].copy() for name in OUTPUTS}


class Requests:
    """A network that is compiled once and kept at a path, with a request for each calling thread."""

    def __init__(self, path: Path, graph: Callable[[], Any], threads: int) -> None:
        self._network = compiled_once(
            path,
            graph,
            made_of=[str(spec(name).sha256) for name in ("yunet", "mtcnn")],
            code=_CODE,
            threads=threads,
            streams=threads,
            prepared=_PREPARED,
        )
        self._here = threading.local()

    @property
    def mine(self) -> Any:
        """The calling thread's request."""
        if not hasattr(self._here, "request"):
            self._here.request = self._network.create_infer_request()
        return self._here.request


def _proposal_graph(path: Path) -> Any:
    """Make an openvino.Model of YuNet's file, for photos of any size."""
    from recog.weights.onnx_file import read_onnx  # it imports onnx, which is needed only here, to compile

    graph = openvino.Core().read_model(read_onnx(path).SerializeToString())
    graph.reshape([1, 3, -1, -1])
    return graph


def _batches(request: Any, windows: NDArray[np.uint8], batch: int) -> Floats:
    """Run a network on n >= 1 windows; what an earlier batch left pads the last one."""
    parts = []
    inputs = np.zeros((batch, *windows.shape[1:]), np.uint8)
    request.set_input_tensor(openvino.Tensor(inputs, shared_memory=True))
    for start in range(0, len(windows), batch):
        some = windows[start : start + batch]
        inputs[: len(some)] = some
        request.infer()
        parts.append(request.get_output_tensor().data[: len(some)].copy())
    return np.concatenate(parts)
