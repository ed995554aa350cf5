"""Small videos that tests write: painted faces (see tests.painted), and portraits that move over photos."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

from recog.types import Pixels
from tests.painted import CELL, FACE, Colour

LOSSLESS = {"crf": "0", "preset": "ultrafast"}


def write_clip(
    path: Path,
    frames: Iterable[Pixels | NDArray[np.uint16]],
    *,
    rate: int = 10,
    gop: int = 250,
    codec: str = "libx264",
    pix_fmt: str = "yuv444p",
    options: Mapping[str, str] = LOSSLESS,
    metadata: Mapping[str, str] | None = None,
    colours: Mapping[str, int] | None = None,
) -> Path:
    """Write frames, (h, w, 3) uint8 or uint16, as a video; colours are attributes of the codec's context."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(path, "w") as out:
        out.metadata.update(metadata or {})
        stream = out.add_stream(codec, rate=Fraction(rate), options=dict(options))
        assert isinstance(stream, VideoStream)
        stream.pix_fmt, stream.gop_size = pix_fmt, gop
        for name, value in (colours or {}).items():
            setattr(stream.codec_context, name, value)
        for place, pixels in enumerate(frames):
            if place == 0:
                stream.height, stream.width = pixels.shape[:2]
            deep = pixels.dtype == np.uint16
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb48le" if deep else "rgb24")
            for name, value in (colours or {}).items():
                setattr(frame, name, value)
            frame.pts = place
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


def painted_frames(*cells: Sequence[Colour | None], each: int = 1) -> Iterable[Pixels]:
    """Yield frames with one face a cell, None leaving it black, each frame `each` times."""
    margin = (CELL - FACE) // 2
    for row in cells:
        pixels = np.zeros((CELL, CELL * len(row), 3), np.uint8)
        for cell, colour in enumerate(row):
            if colour is not None:
                pixels[margin : margin + FACE, cell * CELL + margin : cell * CELL + margin + FACE] = colour
        for _ in range(each):
            yield pixels
