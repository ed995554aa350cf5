"""The detectors, by name. To add one, write a file with the class and add a line here."""

from typing import Protocol

from recog.registry import Registry, refuse_missing
from recog.types import Detector
from recog.weights.loading import LoadOptions, Needs


class DetectorClass(Protocol):
    """A class of thread-safe recog.types.Detectors."""

    @property
    def needs(self) -> Needs:
        """The weights and packages that `load` needs; a class attribute."""

    def load(self, options: LoadOptions) -> Detector:
        """Make a detector, pulling its weights if they are not in the cache; a class method."""


DETECTORS: Registry[DetectorClass] = Registry(
    "detector",
    group="recog.detectors",
    own={
        "mtcnn": "recog.detect.mtcnn:MtcnnDetector",
        "yunet-mtcnn": "recog.detect.yunet:YunetMtcnnDetector",
    },
)


def load_detector(name: str, options: LoadOptions) -> Detector:
    """Load the detector of that name.

    Raises:
        ConfigError: there is no such detector, or a package that it needs is missing.
        WeightsError: no source has its weights, or they were altered.
    """
    found = DETECTORS.named(name)
    refuse_missing(found.needs.packages, what=f"the detector {name!r}")
    return found.load(options)
