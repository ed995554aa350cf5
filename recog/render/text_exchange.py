"""Exported and imported names, as text."""

from recog.library.exchange.records import LeftOut, NameConflict, NamesExport, NamesImport
from recog.printable import printable
from recog.render.figures import count
from recog.render.remedies import reason_of_unmatched
from recog.render.table import table

LINES_SHOWN = 40
"""Lines of each list; the JSON document holds all."""


def exported(result: NamesExport) -> str:
    """Write what was exported where, and what was left out."""
    one_file = result.files == 1 and result.path is not None and result.path.suffix
    what = "a file" if one_file else count(result.files, "sidecar")
    who = f"{count(result.faces, 'face')} of {count(result.people, 'person')}"
    where = "beside the photos" if result.path is None else f"to {printable(str(result.path))}"
    lines = [f"Wrote {who} {where} ({what})."]
    if result.rejected or result.ignored:
        lines += [f"With them {_refused(result.rejected, result.ignored)}."]
    if result.replaced:
        rows = [
            (printable(one.before), printable(one.now), printable(str(one.sidecar)))
            for one in result.replaced[:LINES_SHOWN]
        ]
        lines += ["", f"{count(len(result.replaced), 'name')} of other programs replaced:"]
        lines += [f"{table(('was', 'is', 'where'), rows)}{_rest(len(result.replaced))}"]
    if result.left_out:
        lines += ["", f"{count(len(result.left_out), 'photo')} left out:", _reasons(result.left_out)]
    return "\n".join(lines)


def imported(result: NamesImport) -> str:
    """Write how many faces got names, or were rejected or ignored, and every name without a face."""
    passed = f", {result.passed_over:,} passed over (named by distance, not by a human)" if result.passed_over else ""
    drawn = f" ({result.drawn:,} drawn where no detector had found one)" if result.drawn else ""
    blocks = [f"{count(result.confirmed, 'face')} confirmed{drawn}, {result.already:,} so already{passed}."]
    if result.rejected or result.ignored:
        blocks.append(f"Now {_refused(result.rejected, result.ignored)}.")
    if result.created:
        names = ", ".join(printable(name) for name in result.created[:LINES_SHOWN])
        more = len(result.created) - LINES_SHOWN
        blocks.append(f"New: {names}{f', and {more:,} more' if more > 0 else ''}.")
    if result.conflicts:
        done = "renamed" if result.replaced else "left as they are; --replace renames them"
        blocks.append(
            f"{count(len(result.conflicts), 'face')} of which a human says otherwise here, {done}:\n"
            f"{_conflicts(result.conflicts)}"
        )
    if result.kept:
        blocks.append(f"{count(len(result.kept), 'face')} named by a human here, kept so:\n{_conflicts(result.kept)}")
    if result.unmatched:
        found_none = [
            (printable(one.person), printable(reason_of_unmatched(one)), printable(str(one.source)))
            for one in result.unmatched[:LINES_SHOWN]
        ]
        blocks.append(
            f"{count(len(result.unmatched), 'name')} without a face:\n"
            f"{table(('name', 'why', 'where'), found_none)}{_rest(len(result.unmatched))}"
        )
    if result.unreadable:
        blocks.append(f"{count(len(result.unreadable), 'file')} not read, or not whole:\n{_reasons(result.unreadable)}")
    return "\n\n".join(blocks)


def _refused(rejected: int, ignored: int) -> str:
    parts = [(rejected, "said not to be somebody"), (ignored, "ignored")]
    return " and ".join(f"{count(number, 'face')} {what}" for number, what in parts if number)


def _conflicts(found: tuple[NameConflict, ...]) -> str:
    rows = [
        (str(one.face_id), printable(one.confirmed), printable(one.person), printable(str(one.source)))
        for one in found[:LINES_SHOWN]
    ]
    return f"{table(('face', 'is', 'said to be', 'by'), rows, right=(0,))}{_rest(len(found))}"


def _reasons(left_out: tuple[LeftOut, ...]) -> str:
    lines = [f"  {printable(str(one.path))}: {printable(one.reason)}" for one in left_out[:LINES_SHOWN]]
    return "\n".join(lines) + _rest(len(left_out))


def _rest(number: int) -> str:
    return f"\n... and {number - LINES_SHOWN:,} more; --json lists all" if number > LINES_SHOWN else ""
