"""Trunks on OpenVINO: crops to pooled features, several times as fast as torch on a CPU."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from recog.embed.crops import INPUT_SIZE, checked_crops
from recog.embed.encoder import precision
from recog.embed.network import DLIB_RESNET, INCEPTION_FEATURES, SFACE
from recog.embed.openvino_dlib import dlib_graph
from recog.embed.openvino_graph import trunk_graph
from recog.embed.openvino_layers import Tensors
from recog.embed.openvino_sface import sface_graph
from recog.embed.ranges import ranges_of
from recog.embed.tuning import Tuning
from recog.embed.weights import trunk_weights
from recog.errors import ConfigError
from recog.types import Crops
from recog.weights import dlib_resnet, openvino_kernel, sface, sface_file
from recog.weights.compiled_cache import compiled_once
from recog.weights.openvino_runtime import compiled
from recog.weights.pull import Progress

_MODULES = (dlib_resnet, openvino_kernel, sface, sface_file)
_CODE = [*sorted(Path(__file__).parent.glob("openvino_*.py")), *(Path(str(one.__file__)) for one in _MODULES)]
"""The files of recog's code on which a compiled trunk depends."""
_BATCH = 16
"""Crops in a batch; larger batches are not faster and need more memory."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """A network that a trunk can be: side of its crops, number of its features, its tensors and their graph."""

    side: int
    features: int
    tensors: Callable[[Path], Tensors]
    graph: Callable[[Tensors, Mapping[str, float]], Any]


_INCEPTION = _Kind(INPUT_SIZE, INCEPTION_FEATURES, load_file, partial(trunk_graph, size=INPUT_SIZE))
_OTHERS = {
    DLIB_RESNET: _Kind(dlib_resnet.SIDE, dlib_resnet.FEATURES, load_file, dlib_graph),
    SFACE: _Kind(sface.SIDE, sface.FEATURES, sface_file.sface_tensors, lambda tensors, _: sface_graph(tensors)),
}
"""The trunks that are no InceptionResnetV1, by the name of their weights."""


class OpenVinoTrunk:
    """The network of recog.embed.trunk, dlib_trunk or sface_trunk, from the same weights file, with the same features.

    In float32 the features are the same up to rounding. In int8, which `precision` chooses, convolutions multiply 8-bit
    numbers (weights with one scale a channel, inputs with one scale each; the first layers stay float32); in bfloat16,
    numbers of 8 significant bits. An embedding then has a cosine of at least 0.999 to that in float32, a squared
    distance of at most 0.002 (tests/embed checks this), so all share one network digest.

    threads None is one a core. The compiled network is cached for the next start.
    Thread-safe: batches run one at a time, because one batch uses every core.
    """

    device = "cpu"

    def __init__(
        self,
        name: str = "facenet-casia",
        *,
        cache: Path,
        offline_dir: Path | None = None,
        threads: int | None = None,
        ranges: Mapping[str, float] | None = None,
        tuning: Tuning | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Load the network; ranges override those that `precision` chooses (empty: float32), and disable the cache.

        tuning replaces some of the tensors. The network then computes in float32, because the ranges were measured with
        the original tensors.
        """
        path, self.sha256 = trunk_weights(name, cache=cache, offline_dir=offline_dir, progress=progress)
        self._kind = _OTHERS.get(name, _INCEPTION)
        if tuning is not None:
            self.sha256 = tuning.sha256_over(self.sha256)
        if ranges is None:
            numbers = "float32" if tuning is not None else precision("openvino", name)
            known = ranges_of(name) if numbers == "int8" else {}
            network = compiled_once(
                path.with_name(f"{name}.{numbers if tuning is None else 'tuned'}.compiled"),
                lambda: _graph(name, path, known, tuning),
                made_of=[self.sha256, json.dumps(known, sort_keys=True)],
                code=_CODE,
                threads=threads,
                bfloat16=numbers == "bfloat16",
            )
        else:
            network = compiled(_graph(name, path, ranges, tuning), threads=threads)
        self._request = network.create_infer_request()
        self._turn = Lock()

    def features(self, crops: Crops) -> NDArray[np.float32]:
        """Return the features below the last layer, (n, width) float32, of (n, side, side, 3) uint8; n may be 0."""
        crops = checked_crops(crops, side=self._kind.side)
        rows = np.empty((len(crops), self._kind.features), dtype=np.float32)
        for start in range(0, len(crops), _BATCH):
            batch = slice(start, start + _BATCH)
            with self._turn:
                rows[batch] = self._request.infer([crops[batch]])[0]
        return rows


def _graph(name: str, path: Path, ranges: Mapping[str, float], tuning: Tuning | None) -> Any:
    """Make an openvino.Model of a weights file."""
    kind = _OTHERS.get(name, _INCEPTION)
    tensors = dict(kind.tensors(path))
    if tuning is not None:
        tensors |= tuning.tensors_for(tensors)
    try:
        return kind.graph(tensors, ranges)
    except KeyError as error:
        raise ConfigError(f"{path} is not of the network {name}: lacks {error}") from error
