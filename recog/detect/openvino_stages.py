"""MTCNN's networks on OpenVINO, for one photo: many times as fast as torch on a CPU, with the same result."""

import threading
from math import log
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from recog.detect.cascade import STRIDE, WINDOW, Floats, Proposals, Windows
from recog.detect.openvino_graphs import output_graph, proposal_graph, refinement_graph
from recog.detect.packed import PackedAreas
from recog.types import Pixels
from recog.weights.device import multiplies_bytes
from recog.weights.openvino_runtime import compiled, openvino

# Pixels of a strip and windows of a batch, chosen so that the output of a layer stays in the CPU's second-level cache
# until the next layer reads it. Larger ones took up to four times as long on a busy machine.
_STRIP = 64 * 1024
_REFINED = 32
_DECIDED = 8
_WIDTHS = 32
_HEIGHTS = 4
"""The sides of strips are multiples of these (pixels, windows), because OpenVINO prepares for each new shape once."""
_BORDER = WINDOW - STRIDE
"""Pixels by which a side exceeds STRIDE times its number of windows."""


class OpenVinoNetworks:
    """P-Net, R-Net and O-Net of arXiv:1604.02878; thread-safe, up to `threads` photos at a time.

    Each photo is processed by the calling thread, because one photo a thread is faster than many threads for one photo.
    in_bytes None selects 8-bit arithmetic in P-Net if the CPU supports it; the result is that of float32.
    """

    def __init__(self, weights: Path, *, threads: int, in_bytes: bool | None = None) -> None:
        tensors = load_file(weights)
        in_bytes = multiplies_bytes() if in_bytes is None else in_bytes
        graphs = (
            proposal_graph(tensors, in_bytes=in_bytes),
            refinement_graph(tensors, batch=_REFINED),
            output_graph(tensors, batch=_DECIDED),
        )
        self._networks = [compiled(graph, threads=threads, streams=threads) for graph in graphs]
        self._here = threading.local()

    def over(self, pixels: Pixels, *, factor: int) -> "OpenVinoStages":
        """Return the stages for a photo that is reduced `factor` times; use them in the calling thread only."""
        if not hasattr(self._here, "requests"):
            self._here.requests = [_Request(network) for network in self._networks]
        return OpenVinoStages(PackedAreas(pixels, factor=factor), *self._here.requests)


class _Request:
    """A network in one thread. It shares memory with OpenVINO, whose copying costs a tenth of a millisecond a call."""

    def __init__(self, network: Any) -> None:
        self._request = network.create_infer_request()

    def answer(self, inputs: NDArray[np.uint8]) -> Floats:
        """Run the network; the result is a view that is valid until the next call."""
        self._request.set_input_tensor(openvino.Tensor(inputs, shared_memory=True))
        self._request.infer(share_outputs=True)
        answer: Floats = self._request.get_output_tensor().data
        return answer


class OpenVinoStages:
    """The three networks applied to one photo; implements recog.detect.cascade.Stages."""

    def __init__(self, photo: PackedAreas, proposal: _Request, refinement: _Request, output: _Request) -> None:
        self._photo = photo
        self._proposal = proposal
        self._refinement = refinement
        self._output = output
        self.height, self.width = photo.height, photo.width

    def propose(self, height: int, width: int, *, least: float) -> Proposals:
        """Run P-Net over the level, in strips."""
        down, across = (height + 1) // 2 - _BORDER // 2, (width + 1) // 2 - _BORDER // 2
        padded = -(-(width + 1) // _WIDTHS) * _WIDTHS
        rows = _strip_rows(down, padded)
        columns = np.minimum(np.arange(padded), width - 1)
        logit = np.float32(log(least / (1 - least)))
        places, scores, offsets = [], [], []
        for start in range(0, down, rows):
            pixels = np.minimum(np.arange(STRIDE * start, STRIDE * (start + rows) + _BORDER), height - 1)
            answer = self._proposal.answer(self._photo.level(height, width, pixels, columns))[0]
            row, column = np.nonzero(answer[1, : down - start, :across] - answer[0, : down - start, :across] >= logit)
            places.append(np.stack([row + start, column], axis=1))
            scores.append(odds(answer[:2, row, column].T))
            offsets.append(answer[2:, row, column].T)
        return Proposals(np.concatenate(places), np.concatenate(scores), np.concatenate(offsets))

    def refine(self, windows: Windows) -> tuple[Floats, Floats]:
        """Run R-Net on the windows."""
        answers = self._batches(self._refinement, windows, side=24, batch=_REFINED)
        return odds(answers[:, :2]), answers[:, 2:]

    def decide(self, windows: Windows) -> tuple[Floats, Floats, Floats]:
        """Run O-Net on the windows."""
        answers = self._batches(self._output, windows, side=48, batch=_DECIDED)
        return odds(answers[:, :2]), answers[:, 2:6], answers[:, 6:]

    def _batches(self, network: _Request, windows: Windows, *, side: int, batch: int) -> Floats:
        """Run a network on every window; leftover windows pad the last batch."""
        parts = []
        inputs = np.zeros((batch, 3, side, side), np.uint8)
        for start in range(0, len(windows), batch):
            some = windows[start : start + batch]
            inputs[: len(some)] = self._photo.windows(some, side)
            parts.append(network.answer(inputs)[: len(some)].copy())
        return np.concatenate(parts)


def _strip_rows(down: int, width: int) -> int:
    """Return the rows of windows in a strip, for strips of nearly the same height that cover `down` rows."""
    most = max(_HEIGHTS, (_STRIP // width - _BORDER) // STRIDE)
    strips = -(-down // most)
    return -(-down // strips // _HEIGHTS) * _HEIGHTS


def odds(logits: Floats) -> Floats:
    """Turn (n, 2) logits of no face and face into (n,) probabilities of a face."""
    certainty: Floats = np.tanh((logits[:, 1] - logits[:, 0]) / 2)  # equal to softmax, but cannot overflow
    return (certainty + np.float32(1)) / np.float32(2)
