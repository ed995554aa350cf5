"""The networks that the settings name, loaded when first needed."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from recog.config import Settings
from recog.errors import RecogError
from recog.once import Once

if TYPE_CHECKING:  # a verb that needs no network waits for neither NumPy nor torch
    from recog.embed.facts import EmbedderFacts
    from recog.embed.registry import EmbedderClass
    from recog.style.layers import StyleNetwork
    from recog.types import Calibration, ClusterRule, Detector, Embedder, FacePlacer, NetworkInfo
    from recog.weights.loading import LoadOptions, Runtime
    from recog.weights.pull import Progress
    from recog.weights.spec import WeightsSpec


class Networks:
    """Detector, embedder and calibration of one configuration.

    Nothing is loaded, not even torch, and no weights are pulled, before a property is read. Threads may share one set
    of networks: each network loads once, and may be called from several threads.
    """

    def __init__(self, settings: Settings, *, progress: "Progress | None" = None) -> None:
        self._settings = settings
        self._progress = progress
        self._device = Once(self._choose_device)
        self._embedder_class = Once(self._choose_embedder)
        self._facts = Once(self._read_facts)
        self._detector = Once(self._load_detector)
        self._placer = Once(self._load_placer)
        self._embedder = Once(lambda: self.embedder_with(flip=None))
        self._calibration = Once(self._load_calibration)

    @property
    def library(self) -> Path:
        """The directory of the library's own calibration and classifiers."""
        return self._settings.library

    @property
    def over_time(self) -> bool:
        """Whether dates of photos and of birth count when faces are named and grouped."""
        return self._settings.over_time

    @property
    def min_face(self) -> int:
        """The side of the smallest face that is looked for, in pixels of the photo."""
        return self._settings.min_face

    @property
    def kept(self) -> Path:
        """The directory of features and embeddings of labelled photos; each runtime has one, because it rounds."""
        return self._settings.cache / "features" / self._runtime

    @property
    def heads(self) -> Path:
        """The directory of the head and its calibration; that of the description for a network of the user's own."""
        from recog.embed.head import SHIPPED_HEADS
        from recog.embed.network import NETWORKS

        if self._settings.heads is not None:
            return self._settings.heads
        return SHIPPED_HEADS if self._settings.network in NETWORKS else self._settings.own_networks

    @property
    def device(self) -> str:
        """'cpu' or 'cuda'."""
        return self._device.get()

    @property
    def detector(self) -> "Detector":
        """The detector of the settings."""
        return self._detector.get()

    @property
    def placer(self) -> "FacePlacer":
        """What finds the face in a box that a user drew, whichever detector the settings name."""
        return self._placer.get()

    @property
    def embedder(self) -> "Embedder":
        """The network of the settings."""
        return self._embedder.get()

    def load_ahead(self) -> None:
        """Begin to load embedder and detector in a thread each, while the caller imports what else it needs.

        As `load_embedder_ahead`. OpenVINO is imported before the threads start, because imports in two threads hold
        each other up. The embedder is first, because it takes longest (see docs/decisions/first-answer.md).
        """
        with suppress(RecogError):
            if self._runtime == "openvino":
                from recog.weights import openvino_runtime  # noqa: F401 - see above
            self.load_embedder_ahead()
            from recog.detect.registry import DETECTORS

            if self._are_cached(DETECTORS.named(self._settings.detector).needs.weights):
                Thread(target=self._try_detector).start()

    def load_embedder_ahead(self) -> None:
        """Begin to load the embedder in a thread, because the first photo needs it as soon as its faces are found.

        Does nothing if the embedder is loaded, or if weights must be pulled first. An error in the thread is left to
        whoever asks for the embedder, and meets it too.
        """
        if not self._embedder.made and self._are_cached(self._embedder_class.get().needs.weights):
            Thread(target=self._try_embedder).start()

    def _are_cached(self, weights: "Sequence[WeightsSpec]") -> bool:
        from recog.weights.pull import cached_path

        return all(cached_path(one, cache=self._settings.cache).exists() for one in weights)

    def _try_detector(self) -> None:
        with suppress(Exception):
            self.detector  # noqa: B018 - it is loaded when it is first asked for

    def _try_embedder(self) -> None:
        with suppress(Exception):
            self.embedder  # noqa: B018 - likewise

    def embedder_with(self, *, flip: bool | None) -> "Embedder":
        """Load the same with flip averaging on or off, whatever the network does by itself; for measuring."""
        return self._embedder_class.get().load(self._options(flip=flip))

    @property
    def facts(self) -> "EmbedderFacts":
        """What is known of the network without loading it."""
        return self._facts.get()

    @property
    def encoder(self) -> str:
        """What runs the embedder, and in which numbers: 'openvino int8'."""
        return self.facts.encoder

    @property
    def info(self) -> "NetworkInfo":
        """What the embeddings are."""
        return self.facts.info

    @property
    def calibration(self) -> "Calibration":
        """The library's own calibration if it has one, else the head's; with the threshold of the settings."""
        return self._calibration.get()

    @property
    def calibration_if_any(self) -> "Calibration | None":
        """The same; None if nobody measured one for this network."""
        from recog.errors import EvaluationError

        try:
            return self.calibration
        except EvaluationError:
            return None

    @property
    def cluster_rule(self) -> "ClusterRule | None":
        """When faces are grouped, by a calibration of this network; None if there is none.

        The head's rule, if the library's own calibration cannot be used: measuring anew must not lose the rule.
        """
        from recog.errors import EvaluationError

        if (calibration := self.calibration_if_any) is not None:
            return calibration.clusters
        try:
            return self._calibration_in(self.heads).clusters
        except EvaluationError:
            return None

    def style_network(self, name: str) -> "StyleNetwork":
        """Load the network of that name that style transfer uses."""
        from recog.style.layers import load_network

        return load_network(
            name,
            cache=self._settings.cache,
            offline_dir=self._settings.weights,
            device=self.device,
            progress=self._progress,
        )

    @property
    def load_options(self) -> "LoadOptions":
        """The options of the settings with which every network loads."""
        return self._options()

    @property
    def _runtime(self) -> "Runtime":
        from recog.embed.encoder import choose_encoder

        return choose_encoder(self._settings.encoder, device=self.device)

    def _options(self, *, flip: bool | None = None) -> "LoadOptions":
        from recog.weights.loading import LoadOptions

        return LoadOptions(
            cache=self._settings.cache,
            offline_dir=self._settings.weights,
            device=self.device,
            runtime=self._runtime,
            min_face=self._settings.min_face,
            heads=self._settings.heads,
            flip=flip,
            progress=self._progress,
        )

    def _choose_device(self) -> str:
        from recog.weights.device import choose_device

        return choose_device(self._settings.device)

    def _choose_embedder(self) -> "EmbedderClass":
        from recog.embed.registry import embedder_class

        return embedder_class(self._settings.network, own_networks=self._settings.own_networks)

    def _read_facts(self) -> "EmbedderFacts":
        return self._embedder_class.get().facts(self._options())

    def _load_detector(self) -> "Detector":
        from recog.detect.registry import load_detector

        return load_detector(self._settings.detector, self._options())

    def _load_placer(self) -> "FacePlacer":
        from recog.detect.drawn import DrawnFacePlacer

        return DrawnFacePlacer.load(self._options())

    def _load_calibration(self) -> "Calibration":
        from recog.evaluate.calibration_file import calibration_path

        own = calibration_path(self.info.name, directory=self._settings.library)
        calibration = self._calibration_in(self._settings.library if own.exists() else self.heads)
        if self._settings.threshold is None:
            return calibration
        return replace(calibration, threshold=self._settings.threshold, far=None)

    def _calibration_in(self, directory: Path) -> "Calibration":
        from recog.evaluate.calibration_file import load_calibration

        return load_calibration(self.info.name, network_sha256=self.info.sha256, directory=directory)
