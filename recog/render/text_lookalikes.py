"""People who look alike, as text."""

from recog.library.reports.lookalike_results import Lookalikes, LookalikesReport, MixUp
from recog.printable import printable
from recog.render.commands import call_twins
from recog.render.figures import count, percent
from recog.render.table import table


def lookalikes_text(report: LookalikesReport) -> str:
    """Write each direction of each pair, how it was judged, and what can be done."""
    left_out = f" {count(report.untried, 'person')} with fewer than two photos were not tried."
    judged = (
        f"Tried {count(report.faces, 'confirmed face')} of {count(report.people, 'person')}: "
        f"{report.right:,} would get the right name by distance, {report.unknown:,} none."
        f"{left_out if report.untried else ''}"
    )
    if not report.pairs:
        return f"Nobody is mixed up with anybody.\n{judged}"
    rows = [_row(way, pair) for pair in report.pairs for way in pair.ways]
    shown = table(("faces of", "named", "how often", "rate", "95 % interval", "asked", ""), rows, right=(2, 3, 5))
    more = f"\n{count(report.pairs_left_out, 'further pair')} not shown." if report.pairs_left_out else ""
    first = next((pair for pair in report.pairs if not pair.twins), None)
    ask = "" if first is None else f"\nTo be asked about two of them always: {call_twins(first)}"
    return f"{shown}{more}\n{judged}{ask}"


def _row(way: MixUp, pair: Lookalikes) -> tuple[str, ...]:
    return (
        printable(way.person),
        printable(way.named_as),
        f"{way.named:,} of {way.faces:,}",
        percent(way.rate),
        f"{percent(way.low)} to {percent(way.high)}",
        f"{way.asked:,}",
        "twins" if pair.twins else "",
    )
