"""The embedder of a described ONNX file, run by OpenVINO in float32."""

from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from recog.distance import unit_rows
from recog.embed.crops import checked_crops
from recog.embed.description import Description
from recog.embed.facts import EmbedderFacts
from recog.embed.head import Head
from recog.errors import WeightsMismatchError
from recog.memory import lacks_memory
from recog.types import Crops, Embeddings
from recog.weights import compiled_cache, onnx_file
from recog.weights.loading import LoadOptions
from recog.weights.openvino_runtime import compiled, openvino
from recog.weights.pull import ensure_weights

_BATCH = 16


class OnnxFeatures:
    """Preprocesses faces by a description, runs its network, and scales the output to unit length.

    network is the openvino.CompiledModel of `prepared`. Thread-safe: batches run one at a time, because one batch uses
    every core.
    """

    def __init__(self, description: Description, network: Any) -> None:
        self.description = description
        self._turn = Lock()
        self._request = network.create_infer_request()

    def features(self, crops: Crops) -> Embeddings:
        """Run the network on (n, size, size, 3) uint8, n may be 0, with 6 channels if aligned; (n, dim) unit rows.

        Raises:
            WeightsMismatchError: the network fails on these faces, or returns NaN or only zeros for one.
        """
        one = self.description
        crops = checked_crops(crops, side=one.input_size, views=2 if one.aligned else 1)
        seen = np.ascontiguousarray(crops[..., -3:])
        rows = np.empty((len(seen), one.dim), np.float32)
        for start in range(0, len(seen), _BATCH):
            batch = slice(start, start + _BATCH)
            rows[batch] = self._run(seen[batch])
        if not np.isfinite(rows).all() or not rows.any(axis=1).all():
            raise WeightsMismatchError(
                f"the network {one.name} returns NaN or only zeros for a face: its description does not fit it"
            )
        return unit_rows(rows)

    def _run(self, seen: Crops) -> Embeddings:
        """Return the network's output for a batch."""
        one = self.description
        with self._turn:
            try:
                rows: Embeddings = np.array(self._request.infer([seen])[0])
            except RuntimeError as error:
                if lacks_memory(error):
                    raise
                raise WeightsMismatchError(
                    f"the network {one.name} cannot embed {len(seen)} faces at once ({_reason(error)}): export it with "
                    "a free batch size"
                ) from error
        if rows.shape != (len(seen), one.dim):
            raise WeightsMismatchError(
                f"the network {one.name} returns {rows.shape} for {len(seen)} faces, not {(len(seen), one.dim)}: "
                "export it with a free batch size"
            )
        return rows


class OnnxEmbedder:
    """The network of a description, under a trained head if it has one; a recog.types.Embedder. Thread-safe."""

    def __init__(self, facts: EmbedderFacts, network: OnnxFeatures, head: Head | None) -> None:
        self.info = facts.info
        self._flip = facts.flip
        self._network = network
        self._head = head

    def embed(self, crops: Crops) -> Embeddings:
        """Embed (n, size, size, 3) uint8, n may be 0, with 6 channels if aligned; (n, dim) float32 of unit length.

        Raises:
            WeightsMismatchError: the network fails on these faces, or returns NaN or only zeros for one.
        """
        if not self._flip:
            return self._embedded(crops)
        return unit_rows(self._embedded(crops) + self._embedded(np.ascontiguousarray(crops[:, :, ::-1])))

    def _embedded(self, crops: Crops) -> Embeddings:
        features = self._network.features(crops)
        return features if self._head is None else self._head.embed(features)


def loaded_features(description: Description, sha256: str, options: LoadOptions) -> OnnxFeatures:
    """Load the network of a description, pulling its file if it is not in the cache.

    Raises:
        WeightsMissingError: no source has the file.
        WeightsMismatchError: the file is not the described one, or no network that fits its description.
    """
    path = ensure_weights(
        description.weights, cache=options.cache, offline_dir=options.offline_dir, progress=options.progress
    )
    network = compiled_cache.compiled_once(
        path.with_name(f"{path.name}.compiled"),
        lambda: fitting(path.read_bytes(), path, description),
        made_of=[sha256],
        code=[Path(__file__), Path(onnx_file.__file__)],
    )
    return OnnxFeatures(description, network)


def opened_features(description: Description, content: bytes, path: Path) -> OnnxFeatures:
    """Compile the network of a description from the content of its file; the file decides the dimensions.

    Raises:
        WeightsMismatchError: it is no network, or takes another input.
    """
    model = prepared(content, path, description)
    return OnnxFeatures(description.model_copy(update={"dim": width_of(model, path)}), compiled(model))


def fitting(content: bytes, path: Path, description: Description) -> Any:
    """Read an ONNX file, whose content is given, as `prepared` does; its output has the dimensions of the description.

    Raises:
        WeightsMismatchError: it is no network, or does not fit its description.
    """
    model = prepared(content, path, description)
    if (width := width_of(model, path)) != description.dim:
        raise WeightsMismatchError(
            f"{path} gives an output of shape (n, {width}), not (n, {description.dim}) as its description says"
        )
    return model


def width_of(model: Any, path: Path) -> int:
    """Return the dimensions of the output of `prepared`; WeightsMismatchError if that is not a row for each face."""
    shape = model.output(0).get_partial_shape()
    if shape.rank.is_dynamic or shape.rank.get_length() != 2 or not shape[1].is_static:
        raise WeightsMismatchError(
            f"{path} gives an output of shape {shape}, not (n, dimensions): export it with a row for each face"
        )
    return int(shape[1].get_length())


def prepared(content: bytes, path: Path, description: Description) -> Any:
    """Read an ONNX file, whose content is given, as an openvino.Model from (n, size, size, 3) uint8 RGB, n free.

    The preprocessing is that of the description. The output is float32.

    Raises:
        WeightsMismatchError: it is no network, or takes another input.
    """
    try:
        model = openvino.Core().read_model(onnx_file.parse_onnx(content, path).SerializeToString())
        _check_ends(model, path, description)
        size = description.input_size
        model.reshape([-1, 3, size, size])
        steps = openvino.preprocess.PrePostProcessor(model)
        steps.input().tensor().set_element_type(openvino.Type.u8).set_layout(openvino.Layout("NHWC"))
        steps.input().model().set_layout(openvino.Layout("NCHW"))
        prepare = steps.input().preprocess().convert_element_type(openvino.Type.f32)
        if description.colour == "bgr":
            prepare = prepare.reverse_channels()
        prepare.mean(_by_channel(description.mean)).scale(_by_channel(description.scale))
        prepare.convert_element_type(model.input(0).get_element_type())
        steps.output().tensor().set_element_type(openvino.Type.f32)
        return steps.build()
    except RuntimeError as error:  # OpenVINO's error for everything that it cannot read or build
        if lacks_memory(error):
            raise
        raise WeightsMismatchError(
            f"{path} is no network that OpenVINO can run ({_reason(error)}): export it anew with standard operators"
        ) from error


def _check_ends(model: Any, path: Path, description: Description) -> None:
    """Raise WeightsMismatchError unless the network has one image of floats as its input, and one output."""
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise WeightsMismatchError(
            f"{path} has {len(model.inputs)} inputs and {len(model.outputs)} outputs: recog needs one of each, so "
            "export the network from its image to its embedding"
        )
    shape, size = model.input(0).get_partial_shape(), description.input_size
    if not shape.compatible(openvino.PartialShape([-1, 3, size, size])):
        raise WeightsMismatchError(
            f"{path} takes an input of shape {shape}, not (n, 3, {size}, {size}) as its description says: describe the "
            "side that it was trained on, and export it with channels first"
        )
    kind = model.input(0).get_element_type()
    if kind not in (openvino.Type.f32, openvino.Type.f16):
        raise WeightsMismatchError(f"{path} takes an input of {kind.get_type_name()}: export it with a float32 input")


def _by_channel(value: float | tuple[float, float, float]) -> list[float]:
    return list(value) if isinstance(value, tuple) else [value] * 3


def _reason(error: RuntimeError) -> str:
    """Return the line of what OpenVINO says that names operators it does not know, else the last line."""
    lines = [line.strip().removeprefix("-- ") for line in str(error).strip().splitlines()]
    return next((line for line in lines if line.startswith("No conversion rule")), lines[-1])
