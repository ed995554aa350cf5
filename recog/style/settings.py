"""The settings of a style transfer, as one frozen value with a digest."""

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from recog.errors import ConfigError
from recog.nn.pooling import PoolingKind


class StyleNet(StrEnum):
    """The networks that measure style."""

    VGG16_HED = "vgg16-hed"
    VGG16 = "vgg16"
    VGG19 = "vgg19"


class Start(StrEnum):
    """The picture before the first step."""

    CONTENT = "content"
    NOISE = "noise"
    """Normal noise around grey, as in the paper."""
    GREY = "grey"
    BLEND = "blend"
    """Part content, part noise; the setting `noise` is the share of noise."""


class Optimiser(StrEnum):
    """The optimiser of the picture."""

    LBFGS = "lbfgs"
    """Limited-memory BFGS, as in the paper."""
    ADAM = "adam"
    DESCENT = "descent"
    """Plain gradient descent with a constant rate at each scale."""


class Form(StrEnum):
    """The form of the costs to which alpha, beta and the layer weights refer (see recog.style.objective)."""

    CENTRED = "centred"
    """Shares of the target, and Gram matrices of the features minus the style's mean."""
    RELATIVE = "relative"
    """Shares of the target, with plain Gram matrices."""
    TEXTBOOK = "textbook"
    """As in the paper: half the sum of squares for the content, and 1 / (2 n_H n_W n_C)^2 for a style layer."""
    COURSE = "course"
    """As in Ng's course: the paper's style, and 1 / (4 n_H n_W n_C) for the content."""


class Colours(StrEnum):
    """The source of the result's colours (see recog.style.colours)."""

    STYLE = "style"
    LUMINANCE = "luminance"
    MATCH = "match"


class Faces(StrEnum):
    """The treatment of faces in the content (see recog.style.faces)."""

    KEEP = "keep"
    SOFT = "soft"
    STYLE = "style"


DEFAULT_STYLE_LAYERS = (("relu1_1", 1.0), ("relu2_1", 1.0), ("relu3_1", 1.0), ("relu4_1", 1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleSettings:
    """Everything that decides the result besides the pictures; checked on creation.

    size: longest side of the result in pixels; a smaller content is never enlarged.
    style_layers: (layer, lambda) pairs; only the lambdas' shares of their sum matter.
    alpha, beta, variation: weights of the content cost, the style cost and the total variation, in `form`.
    steps: optimiser steps over all scales; more than 60 lower the cost, but at 256 px the content fades.
    learning_rate: for Adam in units of the 0..1 range of a channel a step, for L-BFGS a factor of its own step, for
        descent a factor of the rate at which the first step of a scale moves no channel by more than 0.02.
    scales: number of scales, coarse to fine, each half as wide as the next; the paper has 1.
    history: pairs that L-BFGS keeps, fewer if they would not fit into a quarter of a gigabyte.
    style_scale: size of the style picture over that of the result, as the square root of the ratio of areas.
    noise: share of noise, 0 to 1, in the start `blend`; other starts ignore it.
    preview_every: number of steps between two previews; 0 is none.
    """

    network: str = StyleNet.VGG16_HED.value
    size: int = 512
    content_layer: str = "relu4_2"
    style_layers: tuple[tuple[str, float], ...] = DEFAULT_STYLE_LAYERS
    alpha: float = 1.0
    beta: float = 20.0
    variation: float = 2.0
    form: Form = Form.CENTRED
    pooling: PoolingKind = PoolingKind.MAX
    start: Start = Start.CONTENT
    optimiser: Optimiser = Optimiser.LBFGS
    steps: int = 60
    learning_rate: float = 1.0
    scales: int = 3
    history: int = 40
    style_scale: float = 1.0
    colours: Colours = Colours.STYLE
    faces: Faces = Faces.SOFT
    seed: int = 0
    noise: float = 0.6
    preview_every: int = 0

    def __post_init__(self) -> None:
        """Check every range.

        Raises:
            ConfigError: a setting is out of its range.
        """
        self._check_whole("size", 32, 8192)
        self._check_whole("steps", 1, 100_000)
        self._check_whole("scales", 1, 8)
        self._check_whole("history", 1, 200)
        self._check_whole("seed", 0, 2**63 - 1)
        self._check_whole("preview_every", 0, 100_000)
        for name in ("alpha", "beta", "variation"):
            self._check_real(name, 0.0, 1e12)
        self._check_real("learning_rate", 1e-6, 1e3)
        self._check_real("style_scale", 0.05, 10.0)
        self._check_real("noise", 0.0, 1.0)
        self._check_layers()
        if self.alpha == 0.0 and self.beta == 0.0:
            raise ConfigError("alpha and beta are both 0: then there is nothing to look for; give one of them a weight")

    @property
    def lambdas(self) -> dict[str, float]:
        """The style layers' shares, with sum one, without layers of weight 0."""
        total = sum(weight for _, weight in self.style_layers)
        return {name: weight / total for name, weight in self.style_layers if weight > 0}

    @property
    def digest(self) -> str:
        """SHA-256 of every setting that decides the result, so not of previews, nor of noise that no start uses."""
        values = self.as_dict()
        del values["preview_every"]
        if self.start is not Start.BLEND:
            del values["noise"]
        return hashlib.sha256(json.dumps(values, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """Return every setting as a value for JSON."""
        values = dataclasses.asdict(self)
        values["style_layers"] = [[name, weight] for name, weight in self.style_layers]
        return {name: str(value) if isinstance(value, StrEnum) else value for name, value in values.items()}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Read settings from the form of as_dict; ConfigError for an unknown name, a bad choice or a bad number."""
        choices = {field.name: type(getattr(cls(), field.name)) for field in dataclasses.fields(cls)}
        unknown = sorted(set(values) - set(choices))
        if unknown:
            raise ConfigError(f"there is no style setting {unknown[0]!r}: choose among {', '.join(choices)}")
        try:
            made: dict[str, Any] = {
                name: tuple((layer, float(weight)) for layer, weight in value)
                if name == "style_layers"
                else choices[name](value)
                for name, value in values.items()
            }
        except (TypeError, ValueError) as error:
            raise ConfigError(f"a style setting cannot be read: {error}") from error
        return cls(**made)

    def _check_layers(self) -> None:
        names = [name for name, _ in self.style_layers]
        weights = [weight for _, weight in self.style_layers]
        if len(set(names)) != len(names):
            raise ConfigError(f"a style layer is named twice in {', '.join(names)}: give each layer one weight")
        if not names or min(weights) < 0 or not 0 < sum(weights) < float("inf"):
            raise ConfigError(f"the style layers' weights {weights} must be 0 or more, and one of them more than 0")

    def _check_whole(self, name: str, low: int, high: int) -> None:
        value = getattr(self, name)
        if not isinstance(value, int) or not low <= value <= high:
            raise ConfigError(f"the style setting {name} must be a whole number from {low} to {high}, not {value}")

    def _check_real(self, name: str, low: float, high: float) -> None:
        value = getattr(self, name)
        if not low <= value <= high:
            raise ConfigError(f"the style setting {name} must be from {low:g} to {high:g}, not {value}")
