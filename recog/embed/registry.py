"""The embedders, by name.

A network from an ONNX file needs no code, only a description in the directory of own networks (see
recog.embed.description). Trunks under a trained head are listed in recog.embed.network. Any other embedder is a class,
added by the entry point group `recog.embedders` or by `EMBEDDERS.register`.
"""

from pathlib import Path
from typing import Protocol

from recog.embed.description import described, descriptions
from recog.embed.facts import EmbedderFacts
from recog.embed.headed import HeadedNetwork
from recog.embed.network import NETWORKS
from recog.registry import Registry, refuse_missing
from recog.types import Embedder
from recog.weights.loading import LoadOptions, Needs


class EmbedderClass(Protocol):
    """A class that makes embedders, which must be thread-safe."""

    @property
    def needs(self) -> Needs:
        """The weights and packages that `load` needs; in a class, a class attribute."""

    def facts(self, options: LoadOptions) -> EmbedderFacts:
        """Return the facts about the embedder without loading it; in a class, a class method."""

    def load(self, options: LoadOptions) -> Embedder:
        """Load the embedder, pulling its weights if they are not in the cache; in a class, a class method."""


EMBEDDERS: Registry[EmbedderClass] = Registry("network", group="recog.embedders", own={})


def embedder_class(name: str, *, own_networks: Path) -> EmbedderClass:
    """Return the embedder class of that name.

    own_networks is the directory of descriptions.

    Raises:
        ConfigError: there is no such network, its description is not valid, or a package that it needs is missing.
    """
    if name in NETWORKS:
        return HeadedNetwork(NETWORKS[name])
    if (description := described(name, directory=own_networks)) is not None:
        from recog.embed.onnx import OnnxNetwork  # imports Pillow, which recog's own networks do not need here

        return OnnxNetwork(description)
    found = EMBEDDERS.named(name, besides=[*NETWORKS, *descriptions(own_networks)])
    refuse_missing(found.needs.packages, what=f"the network {name!r}")
    return found
