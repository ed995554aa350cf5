"""YuNet, R-Net and O-Net on OpenVINO."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from recog.detect.openvino_graphs import output_graph, refinement_graph
from recog.detect.openvino_stages import odds
from recog.detect.proposals import OUTPUTS, Floats, Outputs
from recog.weights.onnx_file import read_onnx
from recog.weights.openvino_runtime import compiled, openvino

_REFINED = 8
_DECIDED = 4
"""Windows of a batch. The shapes are fixed, because OpenVINO prepares for each new one."""
_PREPARED = 200
"""Layers that OpenVINO keeps prepared, about four sizes of a photo; a new size costs 3 ms.

Without a limit 300 sizes of photos took 770 MB.
"""


class OpenVinoYunet:
    """The three networks; thread-safe, up to `threads` photos at a time, each processed by the calling thread."""

    def __init__(self, yunet: Path, mtcnn: Path, *, threads: int) -> None:
        graph = openvino.Core().read_model(read_onnx(yunet).SerializeToString())
        graph.reshape([1, 3, -1, -1])
        tensors = load_file(mtcnn)
        graphs = (graph, refinement_graph(tensors, batch=_REFINED), output_graph(tensors, batch=_DECIDED))
        self._networks = [compiled(each, threads=threads, streams=threads, prepared=_PREPARED) for each in graphs]
        self._here = threading.local()

    def propose(self, image: Floats) -> Outputs:
        """Run YuNet on (3, h, w) blue, green and red, 0 to 255, h and w multiples of 32."""
        request = self._request(0)
        request.set_input_tensor(openvino.Tensor(image[None], shared_memory=True))
        request.infer()
        return {name: request.get_tensor(name).data[0].copy() for name in OUTPUTS}

    def refine(self, windows: NDArray[np.uint8]) -> tuple[Floats, Floats]:
        """Run R-Net on n >= 1 windows (n, 3, 24, 24): probabilities (n,), offsets (n, 4)."""
        answers = self._batches(1, windows, _REFINED)
        return odds(answers[:, :2]), answers[:, 2:]

    def decide(self, windows: NDArray[np.uint8]) -> tuple[Floats, Floats, Floats]:
        """Run O-Net on n >= 1 windows (n, 3, 48, 48): probabilities (n,), offsets (n, 4), landmarks (n, 10)."""
        answers = self._batches(2, windows, _DECIDED)
        return odds(answers[:, :2]), answers[:, 2:6], answers[:, 6:]

    def _request(self, network: int) -> Any:
        """Return the calling thread's request."""
        if not hasattr(self._here, "requests"):
            self._here.requests = [each.create_infer_request() for each in self._networks]
        return self._here.requests[network]

    def _batches(self, network: int, windows: NDArray[np.uint8], batch: int) -> Floats:
        """Run a network on n >= 1 windows; what an earlier batch left pads the last one."""
        request, parts = self._request(network), []
        inputs = np.zeros((batch, *windows.shape[1:]), np.uint8)
        request.set_input_tensor(openvino.Tensor(inputs, shared_memory=True))
        for start in range(0, len(windows), batch):
            some = windows[start : start + batch]
            inputs[: len(some)] = some
            request.infer()
            parts.append(request.get_output_tensor().data[: len(some)].copy())
        return np.concatenate(parts)
