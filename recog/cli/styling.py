"""The verbs that style photos: style run, list, show, clear, gallery."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recog.cli.exit_codes import INTERRUPTED
from recog.cli.failures import fail, warn
from recog.cli.option_values import option_values
from recog.cli.progress import styling_bar
from recog.cli.session import Session, verb
from recog.cli.style_search_options import StyleSearchOptions
from recog.cli.styling_options import StyleRunOptions
from recog.render.figures import count

if TYPE_CHECKING:
    from recog.library.styling.results import StylingReport

Photos = Annotated[list[Path] | None, typer.Argument(metavar="[PHOTO...]", show_default=False)]


@verb
@option_values
def run(session: Session, photos: Photos = None, *, options: StyleRunOptions, search: StyleSearchOptions) -> None:
    """Repaint photos in the style of each PAINTING, or of all at once with --blend.

    The photos are those you name, those of a person, or those below a folder. Existing pictures are kept, and no file
    is overwritten. You can stop with Ctrl-C at any time; running it again continues.

    Example:
      recog style run --style starry-night.jpg --person Ada --faces soft --out gallery/
      recog style run --style waves.jpg --style sun.jpg --blend 70,30 --folder album/ --out gallery/
    """
    from recog.render import text_styling

    if sum((bool(photos), options.person is not None, options.folder is not None)) != 1:
        raise typer.BadParameter("give one of PHOTO..., --person NAME and --folder DIR")
    blend, settings = options.weights(), options.settings(search)
    with session.open() as library, styling_bar() as progress:
        report = library.styles.run(
            options.style,
            options.out,
            photos=photos or (),
            person=options.person,
            folder=options.folder,
            blend=blend,
            settings=settings,
            suffix=f".{options.form.value}",
            film=options.film,
            progress=progress,
        )
    session.show(report, text_styling.styled)
    _fail_unless_made(report)


def _fail_unless_made(report: StylingReport) -> None:
    if report.interrupted:
        fail("interrupted; finished pictures are kept, and running the same command again continues", INTERRUPTED)
    missed = len(report.failed) + len(report.unreadable)
    if missed and not report.made and not report.kept:
        fail("no picture was made; the reasons are listed above")


@verb
def list_jobs(session: Session) -> None:
    """List every styled picture and its state.

    Example:
      recog style list
    """
    from recog.render import text_styling

    with session.open() as library:
        session.show(library.styles.jobs(), text_styling.jobs)


@verb
def show(session: Session, job: Annotated[int, typer.Argument(min=1, metavar="JOB", show_default=False)]) -> None:
    """Show the sources, the settings and the cost of picture number JOB.

    Example:
      recog style show 7
    """
    from recog.render import text_styling

    with session.open() as library:
        session.show(library.styles.job(job), text_styling.job)


@verb
def clear(
    session: Session,
    failed: Annotated[bool, typer.Option("--failed", help="Remove only failed jobs.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also remove finished jobs.")] = False,
) -> None:
    """Remove jobs without a picture from the list; pictures stay.

    A finished picture whose job was removed is a file like any other: later runs do not overwrite it.

    Example:
      recog style clear
    """
    from recog.render import text_styling

    if failed and everything:
        raise typer.BadParameter("give --failed or --all, not both")
    with session.open() as library:
        session.show(library.styles.clear(failed=failed, done=everything), text_styling.cleared)


@verb
def gallery(
    session: Session,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Write this page.", show_default=False)],
) -> None:
    """Write one page with each photo, style and result side by side.

    The page contains its pictures and fetches nothing. An existing FILE is replaced.

    Example:
      recog style gallery --out gallery.html
    """
    from recog.render.style_gallery import write_gallery

    if out.suffix.lower() != ".html":
        raise typer.BadParameter(f"{out} is no .html file")
    with session.open() as library:
        found = library.styles.gallery()
    if not found.entries:
        fail("there is no finished picture yet: 'recog style run' makes one")
    write_gallery(found, out)
    warn(f"wrote {out} with {count(len(found.entries), 'picture')}")
    if session.as_json:
        session.show_document({"path": out, "pictures": len(found.entries)}, "")
