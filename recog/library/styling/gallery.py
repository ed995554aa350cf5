"""Gallery of the finished pictures and their sources, small enough for one page."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from recog.errors import PhotoError
from recog.library.styling.results import GalleryEntry, SmallPicture, StyleGallery
from recog.photos import read_photo
from recog.store.styling import StyleJob
from recog.style.preview import preview

LONGEST = 720
"""Longest side of a result on the page, in pixels; content and style have half of it."""


def style_gallery(library: str, jobs: Sequence[StyleJob]) -> StyleGallery:
    """Read the pictures of done jobs, the latest first.

    A file that is gone is not shown, nor one whose digest is not that of the job, because it is another picture.
    """

    @lru_cache(maxsize=64)
    def small(path: Path, sha256: str, longest: int) -> SmallPicture | None:
        try:
            photo = read_photo(path)
        except PhotoError:
            return None
        return SmallPicture(*preview(photo.pixels, longest)) if photo.sha256 == sha256 else None

    entries = [
        GalleryEntry(
            job=job,
            content=small(job.what.photo_path, job.what.photo_sha256, LONGEST // 2),
            styles=tuple(small(style.path, style.sha256, LONGEST // 2) for style in job.what.styles),
            result=small(job.what.output_path, job.output_sha256, LONGEST),
        )
        for job in reversed(jobs)
        if job.output_sha256 is not None
    ]
    created = datetime.now().astimezone().isoformat(timespec="seconds")
    return StyleGallery(library=library, created=created, entries=tuple(entries))
