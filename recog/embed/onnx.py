"""A network from an ONNX file with a description, run by OpenVINO without code of its own."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from recog.embed.description import Description
from recog.embed.facts import EmbedderFacts
from recog.embed.head import Head, load_head
from recog.embed.info import CROPPING, learnt_from, network_digest
from recog.errors import WayOut, WeightsMismatchError
from recog.registry import refuse_missing
from recog.types import Embedder, NetworkInfo, View
from recog.weights.loading import LoadOptions, Needs

if TYPE_CHECKING:  # it loads OpenVINO
    from recog.embed.onnx_embedder import OnnxFeatures

_PREPROCESSING = "onnx 1"
"""The version of the preprocessing of faces for such a network. Increase it with every change."""


@dataclass(frozen=True, slots=True)
class OnnxNetwork:
    """Makes the embedder of a description; a recog.embed.registry.EmbedderClass."""

    description: Description

    @property
    def needs(self) -> Needs:
        """The ONNX file, and OpenVINO."""
        return Needs(weights=(self.description.weights,), packages=("openvino",))

    @property
    def views(self) -> tuple[View, ...]:
        """The views of a face beside the crop along its box."""
        one = self.description
        return (View(one.alignment, one.input_size),) if one.aligned else ()

    @property
    def features_sha256(self) -> str:
        """The digest of the network below a head: its file, and the preprocessing of a face."""
        return self._digest(flip=False)

    def facts(self, options: LoadOptions) -> EmbedderFacts:
        """Return the facts in the description and its head, without reading the ONNX file.

        A network with a head is called after the head, as recog's own are: each head has a calibration of its own.

        Raises:
            WeightsError: the head cannot be read, or was trained on another network.
        """
        one = self.description
        flip = one.flip if options.flip is None else options.flip
        head = self._head()
        if head is None:
            sha256, trained_on = self._digest(flip=flip), one.trained_on
        else:
            sha256 = network_digest(
                trunk_sha256=self.features_sha256, head_sha256=head.sha256, crop_scale=one.crop_scale, flip=flip
            )
            trained_on = f"{one.trained_on}; head: {learnt_from(head)}"
        info = NetworkInfo(
            name=one.name if head is None else head.name,
            sha256=sha256,
            dim=one.dim if head is None else len(head.weight),
            input_size=one.input_size,
            crop_scale=one.crop_scale,
            trained_on=trained_on,
            licence=one.licence,
            source="; ".join(str(source) for source in one.weights.sources[1:]) or one.file,
            views=self.views,
        )
        return EmbedderFacts(
            info=info, encoder="openvino float32", flip=flip, record={} if head is None else head.record
        )

    def load(self, options: LoadOptions) -> Embedder:
        """Read and compile the ONNX file.

        Raises:
            ConfigError: OpenVINO is not installed.
            WeightsMissingError: no source has the file.
            WeightsMismatchError: the file is not the described one, or no network that fits its description.
        """
        facts = self.facts(options)
        features = self.features(options)
        from recog.embed.onnx_embedder import OnnxEmbedder

        return OnnxEmbedder(facts, features, self._head())

    def features(self, options: LoadOptions) -> "OnnxFeatures":
        """Load the network without its head; raises as `load` does."""
        self._refuse_without_openvino()
        from recog.embed.onnx_embedder import loaded_features

        return loaded_features(self.description, self.features_sha256, options)

    def opened(self, content: bytes, path: Path) -> "OnnxFeatures":
        """Compile the network from its file at path, whose content is given, with as many dimensions as the file has.

        Raises as `load` does; no cache is read or written.
        """
        self._refuse_without_openvino()
        from recog.embed.onnx_embedder import opened_features

        return opened_features(self.description, content, path)

    def _refuse_without_openvino(self) -> None:
        refuse_missing(self.needs.packages, what=f"the network {self.description.name!r}")

    def check_head(self, head: Head) -> None:
        """Raise WeightsMismatchError if a head was trained on another network, or on other crops."""
        one = self.description
        if head.trunk_sha256 != self.features_sha256 or head.crop_scale != one.crop_scale or head.flip != one.flip:
            raise WeightsMismatchError(
                f"the head {head.name} was not trained on {one.name} as its description has it now",
                way_out=WayOut.TRAIN_HEAD,
            )

    def _head(self) -> Head | None:
        one = self.description
        if one.head is None:
            return None
        head = load_head(one.head, directory=one.directory, features=one.dim)
        self.check_head(head)
        return head

    def _digest(self, *, flip: bool) -> str:
        """Return a digest of the file and of all preprocessing of a face."""
        one = self.description
        text = (
            f"file {one.sha256}\ninput {one.input_size}\ncolour {one.colour}\nmean {one.mean!r}\nscale {one.scale!r}\n"
            f"alignment {one.alignment}\ncrop_scale {one.crop_scale!r}\ndim {one.dim}\nflip {str(flip).lower()}\n"
            f"{CROPPING}\n{_PREPROCESSING}\n"
        )
        return hashlib.sha256(text.encode()).hexdigest()
