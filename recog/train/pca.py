"""The start of a head: PCA of the pretrained network's own embeddings, as one linear map of its features."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from recog.embed.network import SFACE
from recog.errors import TrainingError
from recog.train.head import LinearHead
from recog.weights.registry import spec

_BATCH_NORM_EPSILON = 1e-3


def read_bottleneck(trunk_weights: Path) -> LinearHead | None:
    """Read a trunk's own linear map of its features from its weights file; None if its features are its embedding.

    It is InceptionResnetV1's last_linear and last_bn, (512, 1792), or dlib's fc, (128, 256), which has no bias; SFace's
    features are its embedding. The network's own length normalisation is left out (see docs/decisions/pca-start.md).
    """
    if trunk_weights.suffix == spec(SFACE).suffix:
        return None
    state = load_file(trunk_weights)
    if "fc.weight" in state:
        return LinearHead(state["fc.weight"], np.zeros(len(state["fc.weight"]), dtype=np.float32))
    gain = state["last_bn.weight"] / np.sqrt(state["last_bn.running_var"] + _BATCH_NORM_EPSILON)
    bias = state["last_bn.bias"] - gain * state["last_bn.running_mean"]
    return LinearHead((state["last_linear.weight"] * gain[:, None]).astype(np.float32), bias.astype(np.float32))


def principal_start(features: NDArray[np.float32], bottleneck: LinearHead, *, dim: int) -> LinearHead:
    """Return the bottleneck, followed by the projection of its outputs for these (n, width) features on `dim` axes.

    Both are linear, so the result is one head on the features. The bottleneck decides the origin of the embeddings (see
    blocks.joined_bottleneck). docs/decisions/pca-start.md says why the features are not projected themselves.
    """
    outputs = features @ bottleneck.weight.T + bottleneck.bias
    weight = principal_axes(outputs, dim=dim)
    return LinearHead(
        (weight.astype(np.float64) @ bottleneck.weight).astype(np.float32),
        (weight.astype(np.float64) @ bottleneck.bias).astype(np.float32),
    )


def principal_axes(features: NDArray[np.float32], *, dim: int) -> NDArray[np.float32]:
    """Return the first `dim` eigenvectors, (dim, width), of the second moments of (n, width) features, n > dim.

    They are the principal axes if the rows are centred. The rows are not whitened (see docs/decisions/pca-start.md).
    The largest coefficient of each axis is positive, so that equal data gives equal signs on every machine.

    Raises:
        TrainingError: the rows are too few, or vary along fewer than `dim` directions.
    """
    count, width = features.shape
    if count <= dim or width < dim:
        raise TrainingError(
            f"{count} faces of {width} features do not span {dim} principal axes: at least {dim + 1} faces are needed"
        )
    rows = features.astype(np.float64)
    variances, axes = np.linalg.eigh(rows.T @ rows / count)
    if variances[-dim] <= variances[-1] * 1e-12:
        raise TrainingError(f"the {count} faces vary along fewer than {dim} directions: add photos of other people")
    principal = axes[:, ::-1][:, :dim].T
    largest = np.abs(principal).argmax(axis=1)
    principal = principal * np.sign(principal[np.arange(dim), largest])[:, None]
    found: NDArray[np.float32] = principal.astype(np.float32)
    return found
