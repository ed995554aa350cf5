"""Are two faces one person? Decided by distance, or by a classifier of the library."""

from typing import TYPE_CHECKING

import numpy as np

from recog import identify as decide
from recog.distance import squared_distances
from recog.errors import DoubtedFaceError
from recog.library.networks import Networks
from recog.quality import doubt_of
from recog.types import Embeddings, FaceBox, Verification
from recog.verification.features import Method

if TYPE_CHECKING:  # safetensors loads only where a classifier is asked for
    from recog.verification.classifier import PairClassifier


def decided(networks: Networks, method: Method, probe: Embeddings, gallery: Embeddings) -> Verification:
    """Decide whether a probe, (dim,), is the person of some faces, (n, dim), n > 0, by the face that says so most.

    Raises EvaluationError if the library has no classifier of that method for the network in use.
    """
    squared = squared_distances(probe[np.newaxis], gallery)[0]
    if method is Method.DISTANCE:
        return decide.verify(probe, gallery[squared.argmin()], networks.calibration)
    classifier = library_classifier(networks, method)
    probabilities = classifier.probabilities(probe[np.newaxis], gallery)
    best = int(probabilities.argmax())
    return Verification(
        same=bool(probabilities[best] >= classifier.least_probability),
        squared_distance=float(squared[best]),
        threshold=networks.calibration.threshold,
        probability=float(probabilities[best]),
        method=method.value,
        least_probability=classifier.least_probability,
    )


def refuse_doubted(box: FaceBox, which: str) -> None:
    """Raise DoubtedFaceError if the detector is unsure of a face: its distances say nothing. `which` names it."""
    if (doubt := doubt_of(box)) is not None:
        raise DoubtedFaceError(
            f"{which} cannot be verified: {doubt}, and such faces of different people are often near; "
            "take a clearer or upright photo, or choose another face"
        )


def library_classifier(networks: Networks, method: Method) -> "PairClassifier":
    """Load the classifier of the library; EvaluationError if there is none for this network."""
    from recog.verification.files import load_classifier  # noqa: PLC0415 - see above

    info = networks.info
    return load_classifier(info.name, method, network_sha256=info.sha256, dim=info.dim, directory=networks.library)
