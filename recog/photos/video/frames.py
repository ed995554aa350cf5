"""The frames of a video that are looked at, decoded by FFmpeg's libraries (PyAV).

This runs in the decoding process alone (recog.photos.video.worker), because FFmpeg parses hostile bytes in C.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from recog.errors import PhotoError, PhotoTooLargeError, UnreadablePhotoError
from recog.photos.reasons import Reason
from recog.photos.video.formats import DECODERS, DEMUXERS
from recog.photos.video.plan import even_times, has_any, nearest, wanted_times
from recog.photos.video.samples import Beat, Sample, VideoFacts
from recog.photos.video.tone import HLG, PQ, to_srgb
from recog.printable import printable
from recog.types import Pixels

MAX_FRAME_PIXELS = 50_000_000
"""8K video has 33 million pixels."""
MAX_STREAMS = 64
MAX_PACKETS = 20_000_000
"""Frames of a video at most: 92 hours at 60 a second."""
_LEAST_RATE, _USUAL_RATE, _MOST_RATE = 1.0, 25.0, 240.0
_LOOK = (96, 54)
"""Size of the grey copy by which frames are compared."""
_SAME, _CUT = 6, 16.0
"""Grey levels: the largest difference of two frames that are the same, and the mean one of two scenes."""
_HIGH_DEFINITION = 720
"""Lines from which a video that names no colour matrix is taken for BT.709, as players do."""
_BT601, _BT709, _UNSPECIFIED = 5, 1, 2
_EPOCH_YEAR = 1971


@dataclass(frozen=True, slots=True)
class _Timeline:
    """The times of all frames and of the key frames in seconds, ascending, and that of the first frame."""

    times: list[float]
    keys: list[float]
    rate: float

    @property
    def start(self) -> float:
        return self.times[0]


class VideoReader:
    """One video file, opened for reading its frames once; close it when done."""

    def __init__(
        self, path: Path, file: BufferedReader, *, longest: int, at: float | None = None, beat: Beat | None = None
    ) -> None:
        """longest: pixels of the longer side to which larger frames are reduced; at: the second of the only frame.

        beat: even frames of the beginning are wanted instead of those of a plan.

        Raises:
            UnreadablePhotoError: FFmpeg cannot read it, it shows nothing, or its format is not on the lists.
            PhotoTooLargeError: its frames have more than MAX_FRAME_PIXELS.
        """
        self._path, self._file, self._longest = path, file, longest
        self._beat, self._any_frame = beat, at is None and beat is None
        self.errors = 0
        try:
            with opened(self._file) as container:
                stream = picture_of(container, path)
                _refuse_large(path, stream)
                timeline = _timeline(path, container, stream)
                taken_at = _written_date(container)
            self._timeline = timeline
            frames = self._decoded(self._wanted(at))
            first = next(frames, None)
        except (PhotoError, MemoryError):
            raise
        except Exception as error:  # FFmpeg meets hostile bytes with any error, as picture decoders do
            raise refused(path, error) from error
        if first is None:
            raise _damaged(path, "none of its frames can be decoded")
        self._frames = frames
        self._first = first
        turned = first.rotation % 180 != 0
        width, height = _shown_size(first, self._ratio)
        self._size = _fitted(width, height, longest)
        if turned:
            width, height = height, width
        duration = timeline.times[-1] - timeline.start + 1 / timeline.rate
        self.facts = VideoFacts(duration, width, height, taken_at)

    def samples(self) -> Iterator[Sample]:
        """Yield the frames to look at, in order; frames that cannot be decoded count as `errors`."""
        last: NDArray[np.int16] | None = None
        for frame in self._all():
            look = _look(frame)
            difference = None if last is None else np.abs(look - last)
            at = max(0.0, float(frame.time or 0.0) - self._timeline.start)
            if self._beat is None and difference is not None and difference.max() <= _SAME:
                yield Sample(at, None, cut=False)
                continue
            last = look
            yield Sample(at, self._pixels(frame), cut=difference is not None and float(difference.mean()) > _CUT)

    def _wanted(self, at: float | None) -> list[float]:
        times = self._timeline.times
        if self._beat is not None:
            return even_times(times, self._beat.rate, self._beat.seconds)
        return wanted_times(times, self._timeline.keys) if at is None else [nearest(times, self._timeline.start + at)]

    def _all(self) -> Iterator[VideoFrame]:
        yield self._first
        try:
            yield from self._frames
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - likewise: what came before counts
            self.errors += 1

    def _decoded(self, wanted: list[float]) -> Iterator[VideoFrame]:
        """Decode the wanted frames: of groups of pictures without one, and behind its last one, nothing is decoded."""
        keys = deque([*self._timeline.keys, float("inf")])
        left = deque(wanted)
        with opened(self._file) as container:
            stream = picture_of(container, self._path)
            self._ratio = _pixel_ratio(stream)
            context = stream.codec_context
            context.thread_type, context.thread_count = "AUTO", 2
            context.options = {"max_pixels": str(MAX_FRAME_PIXELS)}
            if self._any_frame and stream.codec_context.name in ("h264", "hevc", "mpeg4", "mpeg2video"):
                context.skip_frame = "NONREF"
            end, fed = float("-inf"), False
            for place, packet in enumerate(container.demux(stream)):
                time = _time_of(packet, stream, place, self._timeline.rate)
                if packet.size and packet.is_keyframe and time is not None:
                    while keys and keys[0] <= time:
                        keys.popleft()
                    end = keys[0]
                    fed = has_any(wanted, time, end)
                elif packet.size and not (fed and left and left[0] < end):
                    continue
                if packet.size and not fed:
                    continue
                yield from self._chosen(packet, context, left)

    def _chosen(self, packet: Any, context: Any, left: deque[float]) -> Iterator[VideoFrame]:
        """Decode a packet, and yield what is wanted of the frames that come out."""
        try:
            frames = context.decode(packet if packet.size else None)
        except MemoryError:
            raise
        except FFmpegError:
            self.errors += 1
            return
        for frame in frames:
            frame.time_base = frame.time_base or packet.time_base  # those that waited for the end have lost it
            if frame.is_corrupt or frame.time is None:
                self.errors += 1
            elif left and frame.time >= left[0] - 0.5 / self._timeline.rate:
                while left and left[0] <= frame.time + 0.5 / self._timeline.rate:
                    left.popleft()
                yield frame

    def _pixels(self, frame: VideoFrame) -> Pixels:
        """Return a frame upright, (h, w, 3) uint8 sRGB."""
        width, height = self._size
        high = frame.color_trc in (PQ, HLG)
        matrix = frame.colorspace
        if matrix == _UNSPECIFIED:
            matrix = _BT709 if frame.height >= _HIGH_DEFINITION else _BT601
        made = frame.reformat(
            width, height, "rgb48le" if high else "rgb24", src_colorspace=matrix, interpolation="BILINEAR"
        ).to_ndarray()
        pixels = to_srgb(made.astype(np.uint16, copy=False), int(frame.color_trc)) if high else made
        return np.ascontiguousarray(np.rot90(pixels, round(frame.rotation / 90)), dtype=np.uint8)


def opened(file: BufferedReader) -> InputContainer:
    """Open a file by one of DEMUXERS; FFmpeg may open no other file, and no address."""
    file.seek(0)
    options = {
        "format_whitelist": ",".join(DEMUXERS),
        "codec_whitelist": ",".join(DECODERS),
        "protocol_whitelist": "none",
        "max_streams": str(MAX_STREAMS),
    }
    return av.open(file, "r", options=options, metadata_errors="replace")


def start_of(path: Path, container: InputContainer, stream: VideoStream) -> float:
    """Return the time of the first frame in seconds, from which all times of recog count."""
    return _timeline(path, container, stream).start


def picture_of(container: InputContainer, path: Path) -> VideoStream:
    """Return the stream that is shown; a cover picture is none."""
    shown = [one for one in container.streams.video if "attached_pic" not in str(one.disposition)]
    for stream in shown:
        if stream.codec_context.name in DECODERS:
            return stream
    if not shown:
        raise _damaged(path, "it holds no moving picture")
    raise UnreadablePhotoError(
        f"{printable(path)} is a video of a kind that is not decoded here: save it as MP4 (H.264)",
        reason=Reason.UNSUPPORTED,
    )


def _refuse_large(path: Path, stream: VideoStream) -> None:
    width, height = stream.codec_context.width, stream.codec_context.height
    if width * height > MAX_FRAME_PIXELS:
        raise PhotoTooLargeError(
            f"{printable(path)} has frames of {width} x {height} = {width * height / 1e6:.1f} megapixels, "
            f"the limit is {MAX_FRAME_PIXELS / 1e6:.1f}: save it smaller, or leave it out",
            reason=Reason.TOO_LARGE,
        )


def _timeline(path: Path, container: InputContainer, stream: VideoStream) -> _Timeline:
    """Read the times of all frames without decoding: what the headers say of them may be wrong."""
    said = float(stream.average_rate or _USUAL_RATE)
    rate = min(max(said, _LEAST_RATE), _MOST_RATE)
    times, keys = [], []
    try:
        for place, packet in enumerate(container.demux(stream)):
            time = _time_of(packet, stream, place, rate)
            if packet.size and time is not None:
                times.append(time)
                if packet.is_keyframe:
                    keys.append(time)
            if place >= MAX_PACKETS:
                break
    except FFmpegError:  # cut short: what came before counts
        pass
    if not times:
        raise _damaged(path, "it holds no frame")
    return _Timeline(sorted(set(times)), sorted(set(keys)), rate)


def _time_of(packet: Any, stream: VideoStream, place: int, rate: float) -> float | None:
    """Return the seconds at which a packet is shown; by its place if the file does not say it."""
    stamp = packet.pts if packet.pts is not None else packet.dts
    if stamp is None or stream.time_base is None:
        return place / rate if packet.size else None
    return float(stamp * stream.time_base)


def _pixel_ratio(stream: VideoStream) -> float:
    """Return the width of a pixel over its height."""
    ratio = float(stream.sample_aspect_ratio or 1)
    return ratio if 0.2 <= ratio <= 5 else 1.0


def _shown_size(frame: VideoFrame, ratio: float) -> tuple[int, int]:
    return max(1, round(frame.width * ratio)), frame.height


def _fitted(width: int, height: int, longest: int) -> tuple[int, int]:
    """Return the size reduced so that the longer side has at most `longest` pixels."""
    share = min(1.0, longest / max(width, height))
    return max(1, round(width * share)), max(1, round(height * share))


def _look(frame: VideoFrame) -> NDArray[np.int16]:
    """Return a small grey copy of a frame."""
    return frame.reformat(*_LOOK, "gray", interpolation="AREA").to_ndarray().astype(np.int16)


def _written_date(container: InputContainer) -> datetime | None:
    """Return the date in the container's metadata: Apple's with its offset, else the UTC one of MP4 and Matroska."""
    said = container.metadata
    for name in ("com.apple.quicktime.creationdate", "creation_time", "date"):
        try:
            date = datetime.fromisoformat(said.get(name, ""))
        except ValueError:
            continue
        if date.year >= _EPOCH_YEAR:  # cameras without a clock write 1904 or 1970
            return date if date.tzinfo is not None else date.replace(tzinfo=UTC)
    return None


def _damaged(path: Path, why: str) -> UnreadablePhotoError:
    message = f"{printable(path)} is a damaged video ({why}): copy it again from where it came from, or leave it out"
    return UnreadablePhotoError(message, reason=Reason.DAMAGED)


def refused(path: Path, error: Exception) -> UnreadablePhotoError:
    """Make the error for what FFmpeg refuses."""
    said = printable(" ".join(str(getattr(error, "strerror", None) or error).split()))[:160]
    return _damaged(path, said)
