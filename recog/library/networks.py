"""The networks that the settings name, loaded when first needed."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from recog.config import Settings
from recog.once import Once
from recog.types import Calibration, ClusterRule, Detector, Embedder, NetworkInfo
from recog.weights.pull import Progress

if TYPE_CHECKING:  # torch loads only when a picture is styled
    from recog.embed.head import Head
    from recog.style.layers import StyleNetwork


class Networks:
    """Detector, embedder and calibration of one configuration.

    Nothing is loaded, not even torch, and no weights are brought, before a property is read. Threads may share one set
    of networks: each network loads once, and may be called from several threads.
    """

    def __init__(self, settings: Settings, *, progress: Progress | None = None) -> None:
        self._settings = settings
        self._progress = progress
        self._head = Once(self._load_head)
        self._device = Once(self._choose_device)
        self._detector = Once(self._load_detector)
        self._embedder = Once(lambda: self.embedder_with(flip=None))
        self._info = Once(self._load_info)
        self._calibration = Once(self._load_calibration)

    @property
    def library(self) -> Path:
        """Where the library's own calibration and classifiers lie."""
        return self._settings.library

    @property
    def min_face(self) -> int:
        """The side of the smallest face that is looked for, in pixels of the photo."""
        return self._settings.min_face

    @property
    def kept(self) -> Path:
        """Where features and embeddings of labelled photos are kept: apart for what computes them, for it rounds."""
        from recog.embed.encoder import choose_encoder

        return self._settings.cache / "features" / choose_encoder(self._settings.encoder, device=self.device)

    @property
    def heads(self) -> Path:
        """Where the head and its calibration lie."""
        from recog.embed.head import SHIPPED_HEADS

        return SHIPPED_HEADS if self._settings.heads is None else self._settings.heads

    @property
    def head(self) -> "Head":
        """The trained head of the settings' network."""
        return self._head.get()

    def _load_head(self) -> "Head":
        from recog.embed.info import head_of

        return head_of(self._settings.network, heads=self.heads)

    @property
    def device(self) -> str:
        """'cpu' or 'cuda'."""
        return self._device.get()

    def _choose_device(self) -> str:
        from recog.weights.device import choose_device

        return choose_device(self._settings.device)

    @property
    def detector(self) -> Detector:
        """MTCNN at the smallest face that the settings ask for."""
        return self._detector.get()

    def _load_detector(self) -> Detector:
        from recog.detect.mtcnn import MtcnnDetector
        from recog.embed.encoder import choose_encoder

        return MtcnnDetector(
            cache=self._settings.cache,
            offline_dir=self._settings.weights,
            device=self.device,
            runtime=choose_encoder(self._settings.encoder, device=self.device),
            min_face=self._settings.min_face,
        )

    @property
    def embedder(self) -> Embedder:
        """The settings' network with its trained head."""
        return self._embedder.get()

    def embedder_with(self, *, flip: bool | None) -> Embedder:
        """The same with flip averaging on or off, whatever the head was trained with; for measuring."""
        from recog.embed.embedder import FaceEmbedder

        return FaceEmbedder(
            network=self._settings.network,
            flip=flip,
            heads=self.heads,
            cache=self._settings.cache,
            offline_dir=self._settings.weights,
            device=self.device,
            encoder=self._settings.encoder,
            progress=self._progress,
        )

    @property
    def encoder(self) -> str:
        """What runs the embedder, and in which numbers: 'openvino int8'."""
        from recog.embed.encoder import choose_encoder, precision
        from recog.embed.network import network_named

        chosen = choose_encoder(self._settings.encoder, device=self.device)
        if self.head.tuned:
            return f"{chosen} float32"
        numbers = {precision(chosen, part.weights) for part in network_named(self._settings.network).parts}
        return f"{chosen} {' and '.join(sorted(numbers))}"

    @property
    def info(self) -> NetworkInfo:
        """What the embeddings are; needs the head's record only."""
        return self._info.get()

    def _load_info(self) -> NetworkInfo:
        from recog.embed.info import info_of

        return info_of(self.head)

    @property
    def calibration(self) -> Calibration:
        """The library's own where one lies there, else the head's, and the settings' threshold over both."""
        return self._calibration.get()

    def _load_calibration(self) -> Calibration:
        from recog.evaluate.calibration_file import calibration_path

        own = calibration_path(self.info.name, directory=self._settings.library)
        calibration = self._calibration_in(self._settings.library if own.exists() else self.heads)
        if self._settings.threshold is None:
            return calibration
        return replace(calibration, threshold=self._settings.threshold, far=None)

    @property
    def calibration_if_any(self) -> Calibration | None:
        """The same; None where none was measured for this network."""
        from recog.errors import EvaluationError

        try:
            return self.calibration
        except EvaluationError:
            return None

    @property
    def cluster_rule(self) -> ClusterRule | None:
        """When faces are grouped, by a calibration that is for this network; None where there is none.

        The head's, where the library's own cannot be used: who measures that anew is not to lose the rule.
        """
        from recog.errors import EvaluationError

        if (calibration := self.calibration_if_any) is not None:
            return calibration.clusters
        try:
            return self._calibration_in(self.heads).clusters
        except EvaluationError:
            return None

    def _calibration_in(self, directory: Path) -> Calibration:
        from recog.evaluate.calibration_file import load_calibration

        return load_calibration(self.info.name, network_sha256=self.info.sha256, directory=directory)

    def style_network(self, name: str) -> "StyleNetwork":
        """The network of that name that looks at style."""
        from recog.style.layers import load_network

        return load_network(
            name,
            cache=self._settings.cache,
            offline_dir=self._settings.weights,
            device=self.device,
            progress=self._progress,
        )
