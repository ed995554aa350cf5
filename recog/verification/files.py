"""Files of pair classifiers, which are read only for the network that they were trained on."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from recog.durable import put
from recog.errors import EvaluationError, WayOut
from recog.verification.classifier import PairClassifier
from recog.verification.features import Method


def classifier_path(network: str, method: Method, *, directory: Path) -> Path:
    """Return the path of the tensors of a network's classifier; the record is beside them, as .json."""
    return directory / f"{network}.{method.value}.verifier.safetensors"


def save_classifier(classifier: PairClassifier, network: str, *, directory: Path, record: Mapping[str, object]) -> Path:
    """Write tensors and record, each replaced in one step; record says how the classifier was trained.

    A record of other tensors, as after a kill between the two writes, is refused when it is read.
    """
    path = classifier_path(network, classifier.method, directory=directory)
    data = save({"weights": classifier.weights, "intercept": np.array([classifier.intercept])})
    fields = {
        "method": classifier.method.value,
        "network": network,
        "network_sha256": classifier.network_sha256,
        "sha256": hashlib.sha256(data).hexdigest(),
        "least_probability": classifier.least_probability,
        "far": classifier.far,
        "data": classifier.data,
        **record,
    }
    for place, content in ((path, data), (path.with_suffix(".json"), f"{json.dumps(fields, indent=1)}\n".encode())):
        put(place, content)
    return path


def load_classifier(network: str, method: Method, *, network_sha256: str, dim: int, directory: Path) -> PairClassifier:
    """Load the classifier of a network; EvaluationError if it is absent, damaged, or another network's."""
    path = classifier_path(network, method, directory=directory)
    try:
        data = path.read_bytes()
        record = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if hashlib.sha256(data).hexdigest() != record["sha256"]:
            raise EvaluationError(f"{path} is not the classifier of its record", way_out=WayOut.TRAIN_VERIFIER)
        tensors = load(data)
        classifier = PairClassifier(
            method=Method(record["method"]),
            weights=tensors["weights"],
            intercept=float(tensors["intercept"][0]),
            least_probability=float(record["least_probability"]),
            far=float(record["far"]),
            network_sha256=str(record["network_sha256"]),
            data=str(record["data"]),
        )
    except OSError as error:
        raise EvaluationError(
            f"there is no {method.value} classifier of {network} in {directory} ({error.strerror})",
            way_out=WayOut.TRAIN_VERIFIER_OR_USE_DISTANCE,
        ) from error
    except (ValueError, KeyError, TypeError, IndexError, SafetensorError) as error:
        raise EvaluationError(
            f"{path} is damaged ({type(error).__name__}: {error})", way_out=WayOut.TRAIN_VERIFIER
        ) from error
    if classifier.network_sha256 != network_sha256:
        raise EvaluationError(
            f"{path} was trained on the network {classifier.network_sha256[:12]}, not on {network_sha256[:12]} which "
            "is in use (its answers mean nothing there)",
            way_out=WayOut.TRAIN_VERIFIER,
        )
    if classifier.method is not method or classifier.weights.shape != (dim,):
        raise EvaluationError(
            f"{path} is a {classifier.method.value} classifier of {classifier.weights.shape} weights, no "
            f"{method.value} one of {dim}",
            way_out=WayOut.TRAIN_VERIFIER,
        )
    return classifier
