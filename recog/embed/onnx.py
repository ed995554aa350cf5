"""A network from an ONNX file with a description, run by OpenVINO without code of its own."""

import hashlib
from dataclasses import dataclass

from recog.embed.description import Description
from recog.embed.facts import EmbedderFacts
from recog.embed.info import CROPPING
from recog.registry import refuse_missing
from recog.types import Embedder, NetworkInfo, View
from recog.weights.loading import LoadOptions, Needs

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

    def facts(self, options: LoadOptions) -> EmbedderFacts:
        """Return the facts in the description, without reading the ONNX file."""
        one = self.description
        flip = one.flip if options.flip is None else options.flip
        info = NetworkInfo(
            name=one.name,
            sha256=self._digest(flip=flip),
            dim=one.dim,
            input_size=one.input_size,
            crop_scale=one.crop_scale,
            trained_on=one.trained_on,
            licence=one.licence,
            source="; ".join(str(source) for source in one.weights.sources[1:]) or one.file,
            views=(View(one.alignment, one.input_size),) if one.aligned else (),
        )
        return EmbedderFacts(info=info, encoder="openvino float32", flip=flip)

    def load(self, options: LoadOptions) -> Embedder:
        """Read and compile the ONNX file.

        Raises:
            ConfigError: OpenVINO is not installed.
            WeightsMissingError: no source has the file.
            WeightsMismatchError: the file is not the described one.
        """
        refuse_missing(self.needs.packages, what=f"the network {self.description.name!r}")
        from recog.embed.onnx_embedder import OnnxEmbedder

        return OnnxEmbedder(self.description, self.facts(options), options)

    def _digest(self, *, flip: bool) -> str:
        """Return a digest of the file and of all preprocessing of a face."""
        one = self.description
        text = (
            f"file {one.sha256}\ninput {one.input_size}\ncolour {one.colour}\nmean {one.mean!r}\nscale {one.scale!r}\n"
            f"alignment {one.alignment}\ncrop_scale {one.crop_scale!r}\ndim {one.dim}\nflip {str(flip).lower()}\n"
            f"{CROPPING}\n{_PREPROCESSING}\n"
        )
        return hashlib.sha256(text.encode()).hexdigest()
