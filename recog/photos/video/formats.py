"""Which files are videos, and which of FFmpeg's demuxers and decoders may see their bytes."""

from importlib.util import find_spec
from pathlib import Path

VIDEO_SUFFIXES: frozenset[str] = frozenset(
    {".mp4", ".m4v", ".mov", ".qt", ".3gp", ".3g2", ".mkv", ".webm", ".avi", ".mts", ".m2ts"}
)
"""Lower case, with the dot. The suffix selects files; their bytes decide the format when they are read."""
ANIMATION_SUFFIXES: frozenset[str] = frozenset({".gif", ".webp"})
"""Suffixes of pictures that may move; Pillow decodes them."""
EXTRA = "video"
"""The extra that reads videos: recog[video]."""

DEMUXERS = ("mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm", "avi", "mpegts")
"""FFmpeg's demuxers that open no other file; playlists (hls, concat, dash ...) would."""
DECODERS = (
    *("h264", "hevc", "av1", "libdav1d", "vp8", "vp9", "libvpx", "libvpx-vp9"),
    *("mpeg4", "mpeg1video", "mpeg2video", "h263", "msmpeg4v2", "msmpeg4", "mjpeg", "prores", "dnxhd"),
)
"""FFmpeg's decoders for what cameras, phones and messengers write."""


def is_video(path: Path) -> bool:
    """Return whether a file has the name of a video."""
    return path.suffix.lower() in VIDEO_SUFFIXES


def videos_are_read() -> bool:
    """Return whether this installation decodes videos."""
    return find_spec("av") is not None
