"""Paint blurred heads in the manner of a picture."""

from pathlib import Path

from recog.library.networks import Networks
from recog.library.sharing.hiding import Painter
from recog.photos import read_photo
from recog.share.resizing import interpolated
from recog.style.pictures import check_style
from recog.style.settings import Faces, StyleNet, StyleSettings
from recog.style.transfer import stylize
from recog.types import Pixels

LEAST_SIDE = 96
"""Shorter side in pixels of a head that is painted, because the network halves it several times."""
SETTINGS = StyleSettings(size=256, steps=30, scales=2, faces=Faces.STYLE)


def painter_of(networks: Networks, painting: Path) -> Painter:
    """Return a painter in the manner of a picture.

    Raises:
        PhotoError: the picture cannot be read. StyleError: it has no structure.
    """
    style = read_photo(painting).pixels
    check_style(style)
    network = networks.style_network(StyleNet.VGG16_HED)

    def paint(head: Pixels) -> Pixels:
        height, width = head.shape[:2]
        factor = max(1.0, LEAST_SIDE / min(height, width))
        large = interpolated(head, round(width * factor), round(height * factor))
        for step in stylize(large, style, SETTINGS, network):
            if step.finished and step.pixels is not None:
                return interpolated(step.pixels, width, height)
        raise RuntimeError("style transfer ended without a picture")

    return paint
