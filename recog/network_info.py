"""What a network's embeddings are, and what it sees of a face."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """A view of a face that its landmarks turn upright and scale to a template of recog.align, side x side pixels."""

    template: str
    side: int


@dataclass(frozen=True, slots=True)
class NetworkInfo:
    """A network with all that decides what its embeddings mean. Embeddings of different digests are never compared.

    sha256 covers every weights file and the preprocessing. crop_scale is the side of the crop over the side of the
    detector's box; input_size the crop's side in pixels. views are further views of the face, which crops hold behind
    that along the box: three channels each, in the middle of as many pixels as the box's.
    """

    name: str
    sha256: str
    dim: int
    input_size: int
    crop_scale: float
    trained_on: str
    licence: str
    source: str
    views: tuple[View, ...] = ()

    @property
    def aligned(self) -> bool:
        """Whether crops hold a view that the landmarks align."""
        return bool(self.views)

    @property
    def template(self) -> str:
        """The template of the first of them; dlib's if there is none."""
        return self.views[0].template if self.views else "dlib"
