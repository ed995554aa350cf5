"""Read one moving picture of an index run: what it is in the catalog is its tracks."""

from collections.abc import Container

from recog.errors import PhotoError
from recog.library.indexing.decode_ahead import Moving
from recog.library.networks import Networks
from recog.library.videos.tracks import read_video
from recog.photos import DecodeLimits, KnownContent
from recog.store.records import ScannedPhoto


def read_moving(
    moving: Moving, networks: Networks, limits: DecodeLimits, *, known: Container[str]
) -> ScannedPhoto | KnownContent | PhotoError:
    """Return a moving picture as the catalog takes it; KnownContent if its digest is in `known`, or the error."""
    try:
        read = read_video(moving.stat.path, networks, limits, known=known)
    except PhotoError as error:
        return error
    if isinstance(read, KnownContent):
        return read
    return ScannedPhoto(
        moving.stat,
        read.sha256,
        read.width,
        read.height,
        read.taken_at,
        read.faces,
        incomplete=read.incomplete,
        taken_from=read.taken_from,
        duration=read.duration,
    )
