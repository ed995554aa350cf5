"""The trunk on OpenVINO: crops to pooled features, several times as fast as torch on a processor."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from recog.embed.crops import checked_crops
from recog.embed.encoder import precision
from recog.embed.head import FEATURES
from recog.embed.info import INPUT_SIZE
from recog.embed.openvino_graph import trunk_graph
from recog.embed.ranges import ranges_of
from recog.errors import ConfigError
from recog.types import Crops
from recog.weights.openvino_runtime import compiled
from recog.weights.pull import Progress, ensure_weights, weights_state
from recog.weights.registry import Role, spec

_BATCH = 16
"""Crops at once: more are not faster, and need more memory."""


class OpenVinoTrunk:
    """The network of recog.embed.trunk.Trunk from the same weights file, with the same features up to its precision.

    In float32 they are the same up to rounding. In int8, which `precision` chooses, convolutions multiply 8-bit
    numbers (weights with one scale a channel, inputs with one scale each; the first layers stay float32): an
    embedding made of the features has a cosine of at least 0.999 to that of float32 (tests/embed holds it to that),
    a squared distance of at most 0.002, so both share one network digest.

    threads None is as many as the machine has cores.
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
        progress: Progress | None = None,
    ) -> None:
        """Ranges override those that `precision` chooses; empty ones are float32."""
        one = spec(name)
        if one.role is not Role.TRUNK:
            raise ConfigError(f"{name} is a {one.role}, no trunk")
        path = ensure_weights(one, cache=cache, offline_dir=offline_dir, progress=progress)
        self.sha256 = one.sha256 or str(weights_state(one, cache=cache).sha256)
        if ranges is None:
            ranges = ranges_of(name) if precision("openvino", name) == "int8" else {}
        try:
            graph = trunk_graph(load_file(path), ranges, size=INPUT_SIZE)
        except KeyError as error:
            raise ConfigError(f"{path} is not of InceptionResnetV1: lacks {error}") from error
        self._request = compiled(graph, threads=threads).create_infer_request()

    def features(self, crops: Crops) -> NDArray[np.float32]:
        """(n, 160, 160, 3) uint8 -> (n, 1792) float32, the average-pooled output below the bottleneck; n may be 0."""
        crops = checked_crops(crops)
        rows = np.empty((len(crops), FEATURES), dtype=np.float32)
        for start in range(0, len(crops), _BATCH):
            batch = slice(start, start + _BATCH)
            rows[batch] = self._request.infer([crops[batch]])[0]
        return rows
