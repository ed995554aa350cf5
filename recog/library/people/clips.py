"""Cut the moments of a search out of the videos, into files of their own."""

from dataclasses import dataclass
from pathlib import Path

from recog.durable import make_directory
from recog.errors import PhotoError, RecogError
from recog.library.people.moments import by_photo
from recog.library.people.photos_of import FoundPhotos
from recog.library.private_file import write_private
from recog.photos import DecodeLimits
from recog.photos.video.process import clip_of


@dataclass(frozen=True, slots=True)
class WrittenClips:
    """The files that were written, and why others were not: the video and the reason."""

    written: tuple[Path, ...]
    left_out: tuple[tuple[Path, str], ...]


def write_clips(found: FoundPhotos, folder: Path, limits: DecodeLimits) -> WrittenClips:
    """Write each moment of a search as a clip; an existing file of the same name is replaced by the same content.

    A clip begins with the key frame before the moment, because nothing is encoded anew.
    """
    try:
        make_directory(folder)
    except OSError as error:
        raise RecogError(f"{folder} cannot be made: {error.strerror}; name another folder") from error
    moments = by_photo(found.moments)
    written: list[Path] = []
    left_out: list[tuple[Path, str]] = []
    for one in found.photos:
        for moment in moments.get(one.photo.id, ()):
            try:
                content, suffix = clip_of(one.paths[0], limits, moment.start, moment.end)
            except PhotoError as error:
                left_out.append((one.paths[0], str(error)))
                continue
            target = folder / f"{one.paths[0].stem}-{one.photo.id}-{_clock(moment.start)}-{_clock(moment.end)}{suffix}"
            write_private(target, content)
            written.append(target)
    return WrittenClips(tuple(written), tuple(left_out))


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes:02d}m{rest:02d}s"
