"""The embedder of a described ONNX file, run by OpenVINO in float32."""

from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from recog.distance import unit_rows
from recog.embed.crops import checked_crops
from recog.embed.description import Description
from recog.embed.facts import EmbedderFacts
from recog.errors import WeightsMismatchError
from recog.types import Crops, Embeddings
from recog.weights import compiled_cache
from recog.weights.loading import LoadOptions
from recog.weights.onnx_file import read_onnx
from recog.weights.openvino_runtime import openvino
from recog.weights.pull import ensure_weights

_BATCH = 16


class OnnxEmbedder:
    """Preprocesses faces by the description, runs the network, and scales its output to unit length.

    A recog.types.Embedder. Thread-safe: batches run one at a time, because one batch uses every core.
    """

    def __init__(self, description: Description, facts: EmbedderFacts, options: LoadOptions) -> None:
        path = ensure_weights(
            description.weights, cache=options.cache, offline_dir=options.offline_dir, progress=options.progress
        )
        self.info = facts.info
        self._flip = facts.flip
        self._turn = Lock()
        network = compiled_cache.compiled_once(
            path.with_name(f"{description.name}.onnx.compiled"),
            lambda: _prepared(path, description),
            made_of=[facts.info.sha256],
            code=[Path(__file__)],
        )
        self._request = network.create_infer_request()

    def embed(self, crops: Crops) -> Embeddings:
        """Embed (n, size, size, 3) uint8, n may be 0, with 6 channels if aligned; (n, dim) float32 of unit length.

        Raises:
            WeightsMismatchError: the network returns NaN or only zeros for a face.
        """
        crops = checked_crops(crops, side=self.info.input_size, views=1 + len(self.info.views))
        seen = np.ascontiguousarray(crops[..., -3:])
        if not self._flip:
            return self._unit(seen)
        return unit_rows(self._unit(seen) + self._unit(np.ascontiguousarray(seen[:, :, ::-1])))

    def _unit(self, seen: Crops) -> Embeddings:
        rows = np.empty((len(seen), self.info.dim), np.float32)
        for start in range(0, len(seen), _BATCH):
            batch = slice(start, start + _BATCH)
            with self._turn:
                rows[batch] = self._request.infer([seen[batch]])[0]
        if not np.isfinite(rows).all() or not rows.any(axis=1).all():
            raise WeightsMismatchError(
                f"the network {self.info.name} returns NaN or only zeros for a face: its description does not fit it"
            )
        return unit_rows(rows)


def _prepared(path: Path, description: Description) -> Any:
    """Read the network as an openvino.Model from (n, size, size, 3) uint8 RGB to (n, dim) float32, n free."""
    try:
        model = openvino.Core().read_model(read_onnx(path).SerializeToString())
        _check_ends(model, description)
        size = description.input_size
        model.reshape([-1, 3, size, size])
        steps = openvino.preprocess.PrePostProcessor(model)
        steps.input().tensor().set_element_type(openvino.Type.u8).set_layout(openvino.Layout("NHWC"))
        steps.input().model().set_layout(openvino.Layout("NCHW"))
        prepare = steps.input().preprocess().convert_element_type(openvino.Type.f32)
        if description.colour == "bgr":
            prepare = prepare.reverse_channels()
        prepare.mean(_by_channel(description.mean)).scale(_by_channel(description.scale))
        steps.output().tensor().set_element_type(openvino.Type.f32)
        model = steps.build()
        shape = model.output(0).get_partial_shape()
    except RuntimeError as error:  # OpenVINO's error for everything that it cannot read or build
        reason = str(error).strip().splitlines()[-1]
        raise WeightsMismatchError(f"{path} is no network that OpenVINO can run ({reason})") from error
    if shape.rank.get_length() != 2 or not shape[1].is_static or shape[1].get_length() != description.dim:
        raise WeightsMismatchError(
            f"{path} gives an output of shape {shape}, not (n, {description.dim}) as its description says"
        )
    return model


def _check_ends(model: Any, description: Description) -> None:
    """Raise WeightsMismatchError unless the network has one image as its input, and one output."""
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise WeightsMismatchError(
            f"the network {description.name} has {len(model.inputs)} inputs and {len(model.outputs)} outputs: recog "
            "needs one of each"
        )
    shape, size = model.input(0).get_partial_shape(), description.input_size
    wanted = openvino.PartialShape([-1, 3, size, size])
    if not shape.compatible(wanted):
        raise WeightsMismatchError(
            f"the network {description.name} takes an input of shape {shape}, not (n, 3, {size}, {size}) as its "
            "description says"
        )


def _by_channel(value: float | tuple[float, float, float]) -> list[float]:
    return list(value) if isinstance(value, tuple) else [value] * 3
