"""The options of a training run besides its plan: which photos, on what machine, and where the result goes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from recog.config import Settings
from recog.detect.registry import load_detector
from recog.embed.encoder import Encoder, choose_encoder
from recog.train.checkpoint import Progress
from recog.types import Detector
from recog.weights.device import choose_device
from recog.weights.loading import LoadOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingData:
    """The photos of a run.

    folder has one folder per person. photos and pairs, a folder in LFW's layout and a file in LFW's format, validate.
    left_out are photos of `folder` not to learn from.
    """

    folder: Path
    photos: Path
    pairs: Path
    left_out: frozenset[Path] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """The network to train, what finds its faces, their weights, and what computes them.

    own_networks is the directory of descriptions of the user's own networks. cache holds weights, and features under
    cache/features/ENCODER because encoders round differently. offline_dir is a folder to look for weights in first.
    """

    cache: Path
    network: str = "facenet-casia"
    own_networks: Path | None = None
    offline_dir: Path | None = None
    device: str = "cpu"
    encoder: Encoder = "torch"
    detector: str = "mtcnn"

    @classmethod
    def of(cls, settings: Settings) -> "Runtime":
        """Return what the settings name; raises as choose_device and choose_encoder do."""
        device = choose_device(settings.device)
        return cls(
            cache=settings.cache,
            network=settings.network,
            own_networks=settings.own_networks,
            offline_dir=settings.weights,
            device=device,
            encoder=choose_encoder(settings.encoder, device=device),
            detector=settings.detector,
        )

    def load_detector(self) -> Detector:
        """Load the detector; raises as recog.detect.registry.load_detector does."""
        return load_detector(
            self.detector,
            LoadOptions(cache=self.cache, offline_dir=self.offline_dir, device=self.device, runtime=self.encoder),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """Where a run writes, whether it resumes a checkpoint found there, and whom it tells.

    output is a directory, made if absent. on_photo gets the photos read and all photos; on_step every validated step.
    """

    output: Path
    resume: bool = False
    on_photo: Callable[[int, int], None] = lambda _done, _all: None
    on_step: Callable[[Progress], None] = lambda _progress: None
