"""Cut a part out of a video without encoding it anew; this runs in the decoding process alone."""

from io import BufferedReader, BytesIO
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError

from recog.errors import PhotoTooLargeError
from recog.photos.reasons import Reason
from recog.photos.video.frames import opened, picture_of, refused, start_of
from recog.printable import printable

MAX_CLIP_BYTES = 1 << 30
"""A longer clip would not fit into the memory of the process."""
SUFFIX_OF = {"mp4": ".mp4", "matroska": ".mkv"}


def cut_clip(path: Path, file: BufferedReader, start: float, end: float) -> tuple[bytes, str]:
    """Return the part of a video from `start` to `end` seconds as a file, and its suffix.

    It begins with the last key frame at `start` or before, because nothing is encoded anew. The sound comes along; what
    the metadata say of place and time does not.

    Raises:
        PhotoError: the video cannot be read, or the clip is larger than MAX_CLIP_BYTES.
    """
    try:
        return _cut(path, file, start, end)
    except MemoryError:
        raise
    except FFmpegError as error:
        raise refused(path, error) from error


def _cut(path: Path, file: BufferedReader, start: float, end: float) -> tuple[bytes, str]:
    made = BytesIO()
    with opened(file) as container:
        form = "mp4" if "mp4" in container.format.name.split(",") else "matroska"
        picture = picture_of(container, path)
        began = start_of(path, container, picture)
    with opened(file) as container:
        picture = picture_of(container, path)
        sound = list(container.streams.audio[:1])
        container.seek(int((began + start) / (picture.time_base or 1)), stream=picture, backward=True)
        with av.open(made, "w", format=form) as out:
            to = {one.index: out.add_stream_from_template(one) for one in (picture, *sound)}
            base: float | None = None
            for packet in container.demux(picture, *sound):
                time = _seconds(packet)
                if time is None:
                    continue
                if packet.stream.index == picture.index:
                    if base is None and not packet.is_keyframe:
                        continue
                    if time > began + end and base is not None:
                        break
                    base = time if base is None else base
                elif base is None or not base <= time <= began + end:
                    continue
                _put(packet, out, to[packet.stream.index], base)
                if made.tell() > MAX_CLIP_BYTES:
                    message = f"the clip of {printable(path)} is larger than 1 GB: take a shorter one"
                    raise PhotoTooLargeError(message, reason=Reason.TOO_LARGE)
    return made.getvalue(), SUFFIX_OF[form]


def _seconds(packet: Any) -> float | None:
    stamp = packet.pts if packet.pts is not None else packet.dts
    return None if stamp is None or not packet.size else float(stamp * packet.time_base)


def _put(packet: Any, out: Any, stream: Any, base: float) -> None:
    """Write a packet with its times counted from the beginning of the clip."""
    shift = round(base / packet.time_base)
    if packet.pts is not None:
        packet.pts -= shift
    packet.dts = packet.pts if packet.dts is None else packet.dts - shift
    packet.stream = stream
    out.mux(packet)
