"""The verbs of a library that style photos; they load torch only when they run."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from recog.errors import ConfigError
from recog.library.context import LibraryContext
from recog.library.inputs import AnyPath, path_of, paths_of
from recog.library.styling.results import ClearedJobs, StyleGallery, StyleJobs, StylingProgress, StylingReport
from recog.store.styling import JobState, StyleJob

if TYPE_CHECKING:  # torch and Pillow load only when a picture is styled
    from recog.style.settings import StyleSettings


class Styles:
    """Paint photos in the manner of style pictures, and list the jobs.

    A batch runs for hours and writes only its jobs, so it holds a separate lock. Meanwhile the library can be used, but
    a second batch gets LibraryBusyError.
    """

    def __init__(self, context: LibraryContext) -> None:
        self._context = context

    def run(
        self,
        styles: AnyPath | Sequence[AnyPath],
        out: AnyPath,
        *,
        photos: AnyPath | Sequence[AnyPath] = (),
        person: str | None = None,
        folder: AnyPath | None = None,
        blend: Sequence[float] | None = None,
        settings: "StyleSettings | None" = None,
        suffix: str = ".png",
        film: int = 0,
        progress: Callable[[StylingProgress], None] | None = None,
    ) -> StylingReport:
        """Paint photos in the manner of each style picture, into a folder; the photos need not be in the library.

        Give one of: photos, a person whose photos to paint, or a folder. With `blend`, one weight per style, every
        photo is painted once in a mixture of all styles. Pictures of earlier runs are kept, no file is ever
        overwritten, and a photo that cannot be used does not stop the batch. With `film`, every picture made gets a
        film of how it came about, an animated WebP beside it, with a frame every so many steps. The run can be
        interrupted at any time and run again. `recog.style.transfer.stylize` makes a single picture without a library.
        """
        from recog.library.styling.batch import style_batch
        from recog.library.styling.sources import contents_below, contents_of, contents_with, style_sources
        from recog.style.settings import StyleSettings

        if sum((bool(photos), person is not None, folder is not None)) != 1:
            raise ValueError("photos, person or folder: exactly one says what is styled")
        if not 0 <= film <= 100_000:
            raise ConfigError(f"a film has a frame every 1 to 100000 steps, or 0 for no film, not {film}")
        target = path_of(out)
        sources = style_sources(paths_of(styles))
        if person is not None:
            contents = contents_with(self._context.catalog, person)
        elif folder is not None:
            contents = contents_below(path_of(folder), out=target)
        else:
            contents = contents_of(paths_of(photos))
        with self._context.lock(self._context.settings.library / "style"):
            with self._context.writing(create=True):
                pass  # creates the catalog if there is none
            return style_batch(
                self._context.catalog,
                self._context.networks,
                contents,
                sources,
                settings=StyleSettings() if settings is None else settings,
                blend=blend,
                folder=target,
                suffix=suffix,
                film=film,
                limits=self._context.decode_limits,
                tell=progress,
            )

    def jobs(self) -> StyleJobs:
        """Return all jobs, and how far each one got."""
        return StyleJobs(tuple(self._context.catalog.styles.jobs()))

    def job(self, number: int) -> StyleJob:
        """Return a job by its number."""
        return self._context.catalog.styles.job(number)

    def clear(self, *, failed: bool = False, done: bool = False) -> ClearedJobs:
        """Drop jobs from the list; their pictures stay.

        By default, the jobs without a picture are dropped; with `failed`, only failed jobs; with `done`, finished jobs
        as well. A later run does not overwrite a picture whose job was dropped, because it looks like another program's
        file.
        """
        if failed and done:
            raise ValueError("failed or done, not both")
        states = {JobState.FAILED} if failed else set(JobState) - (set() if done else {JobState.DONE})
        with self._context.lock(self._context.settings.library / "style"):
            return ClearedJobs(self._context.catalog.styles.clear(states))

    def gallery(self) -> StyleGallery:
        """Return the finished pictures beside their sources, for a page."""
        from recog.library.styling.gallery import style_gallery

        return style_gallery(str(self._context.settings.library), self._context.catalog.styles.jobs([JobState.DONE]))
