"""recog's own networks: trunks under a trained head."""

from dataclasses import dataclass

from recog.embed.encoder import precision
from recog.embed.facts import EmbedderFacts
from recog.embed.head import SHIPPED_HEADS
from recog.embed.info import head_of, info_of
from recog.embed.network import Network
from recog.types import Embedder
from recog.weights.loading import LoadOptions, Needs


@dataclass(frozen=True, slots=True)
class HeadedNetwork:
    """Makes the embedder of a network; a recog.embed.registry.EmbedderClass."""

    network: Network

    @property
    def needs(self) -> Needs:
        """The weights of every trunk."""
        return Needs(weights=tuple(trunk.spec for trunk in self.network.parts))

    def facts(self, options: LoadOptions) -> EmbedderFacts:
        """Read the head and its record; no trunk is loaded."""
        head = head_of(self.network.name, heads=options.heads or SHIPPED_HEADS)
        tuned = head.tuned_trunk if head.tuned else None
        numbers = {
            "float32" if part.weights == tuned else precision(options.runtime, part.weights)
            for part in self.network.parts
        }
        encoder = f"{options.runtime} {' and '.join(sorted(numbers))}"
        flip = head.flip if options.flip is None else options.flip
        return EmbedderFacts(info=info_of(head), encoder=encoder, flip=flip, record=head.record)

    def load(self, options: LoadOptions) -> Embedder:
        """Load trunks and head; raises as FaceEmbedder does."""
        from recog.embed.embedder import FaceEmbedder

        return FaceEmbedder(
            network=self.network.name,
            flip=options.flip,
            heads=options.heads or SHIPPED_HEADS,
            cache=options.cache,
            offline_dir=options.offline_dir,
            device=options.device,
            encoder=options.runtime,
            progress=options.progress,
        )
