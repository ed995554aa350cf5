"""Further pictures of one unit: occlusion map, guided gradient, and a picture made to excite it."""

import numpy as np
from numpy.typing import NDArray

from recog.explain.heat import gradient_picture, overlaid
from recog.explain.maximise import maximised
from recog.explain.network import LayeredNetwork
from recog.explain.occlusion import occlusion_map
from recog.explain.patches import encoded
from recog.explain.torch_layers import TorchLayers
from recog.library.explaining.results import UnitLooks
from recog.types import Crops, Pixels

_GRID = 14
"""Steps of the covering square across the input."""
_SQUARE = 3
"""Its side in steps."""
_SIDE = 160
"""Largest side of the pictures, in pixels."""


def looks_of(network: LayeredNetwork, layer: str, unit: int, place: int, shown: Pixels) -> UnitLooks:
    """Return the pictures of a unit; shown is the input, (side, side, 3) uint8, with the strongest answer at place.

    A network without gradients has an occlusion map only.
    """
    chosen = {layer: np.array([unit])}
    before = float(network.peaks(shown[None], chosen)[layer].values[0, 0])

    def lost(covered: Crops) -> NDArray[np.float32]:
        return before - network.peaks(covered, chosen)[layer].values[:, 0]

    step = max(1, network.side // _GRID)
    weights = np.maximum(occlusion_map(shown, lost, side=_SQUARE * step, step=step), 0)
    gradient = made = b""
    if isinstance(network, TorchLayers):
        guided = network.gradient(shown, layer, unit, place, by_guide=True)
        gradient = encoded(gradient_picture(guided), largest=_SIDE)
        made = encoded(maximised(network, layer, [unit])[0], largest=_SIDE)
    return UnitLooks(
        strongest=encoded(shown, largest=_SIDE),
        occlusion=encoded(overlaid(shown, weights), largest=_SIDE),
        gradient=gradient,
        maximised=made,
    )
