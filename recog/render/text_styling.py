"""Styled pictures as text."""

from collections.abc import Sequence
from pathlib import Path

from recog.library.styling.results import ClearedJobs, StyleJobs, StylingReport
from recog.printable import printable
from recog.render.figures import count, percent, seconds
from recog.render.table import facts, table
from recog.render.ways_out import detail_of_photo
from recog.store.styling import StyleJob, StyleShare

LINES_SHOWN = 40
"""Lines of each list; the JSON document holds all."""


def styled(report: StylingReport) -> str:
    """Write what was made and kept, and every photo that failed."""
    made, kept = count(len(report.made), "picture"), f"{len(report.kept):,}"
    lines = [f"{made} made, {kept} there already, in {seconds(report.seconds)}: {_path(report.folder)}"]
    notes = [f"  {_path(job.what.output_path.name)}: {printable(job.message)}" for job in report.made if job.message]
    lines += [*notes[:LINES_SHOWN], *_rest(len(notes))]
    failed = [(job.what.photo_path, job.message) for job in report.failed]
    failed += [(one.path, detail_of_photo(one.reason, one.detail)) for one in report.unreadable]
    if failed:
        lines += ["", f"{count(len(failed), 'picture')} could not be made:"]
        lines += [f"  {_path(path)}: {printable(why)}" for path, why in failed[:LINES_SHOWN]]
        lines += _rest(len(failed))
    return "\n".join(lines)


def jobs(result: StyleJobs) -> str:
    """Write jobs, one a line."""
    if not result.jobs:
        return "No picture was styled yet: 'recog style run' does it."
    rows = [
        (str(job.id), job.state.value, printable(job.what.photo_path.name), _styles(job.what.styles),
         _path(job.what.output_path))
        for job in result.jobs[:LINES_SHOWN]
    ]  # fmt: skip
    return "\n".join([table(("job", "state", "photo", "style", "picture"), rows, right=(0,)), *_rest(len(result.jobs))])


def job(result: StyleJob) -> str:
    """Write everything about one picture."""
    what = result.what
    settings = ", ".join(f"{name} {value}" for name, value in sorted(what.settings.items()))
    rows = [
        ("job", f"{result.id}, {result.state.value}{f' on {result.made_at}' if result.made_at else ''}"),
        ("picture", _path(what.output_path)),
        ("photo", f"{_path(what.photo_path)} ({what.photo_sha256[:12]})"),
        *(("style", f"{_share(style, what.styles)}{_path(style.path)} ({style.sha256[:12]})") for style in what.styles),
        ("network", f"{printable(what.network)} ({what.network_sha256[:12]})"),
        ("settings", printable(settings)),
    ]
    if result.costs:
        last = result.costs[-1]
        parts = f"content {last.content:.4g}, style {last.style:.4g}, variation {last.variation:.4g}"
        rows.append(("cost", f"{last.total:.4g} after {count(last.step, 'step')}: {parts}"))
    if result.seconds is not None:
        rows.append(("time", seconds(result.seconds)))
    if result.message:
        rows.append(("note", printable(result.message)))
    return facts(rows)


def cleared(result: ClearedJobs) -> str:
    """Write how many jobs were dropped."""
    return f"{count(result.jobs, 'job')} dropped; no file was touched."


def _styles(styles: Sequence[StyleShare]) -> str:
    return " + ".join(f"{_share(style, styles)}{printable(style.path.name)}" for style in styles)


def _share(style: StyleShare, styles: Sequence[StyleShare]) -> str:
    """Write the share of one of several styles, to stand before its name."""
    return f"{percent(style.share)} " if len(styles) > 1 else ""


def _path(path: Path | str) -> str:
    return printable(str(path))


def _rest(number: int) -> list[str]:
    return [f"... and {number - LINES_SHOWN:,} more; --json lists all"] if number > LINES_SHOWN else []
