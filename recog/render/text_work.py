"""The queue and the work on it, as text."""

from collections import Counter
from collections.abc import Sequence

from recog.library.work.results import QueueReport, WorkReport
from recog.printable import printable
from recog.render.figures import count, seconds
from recog.store.records import QueueCounts


def queued(report: QueueReport) -> str:
    """Write how many files were queued, what needs a look, and what the queue holds."""
    unreadable = f"{report.unreadable:,} unreadable as before, " if report.unreadable else ""
    counts = f"{report.unchanged:,} unchanged, {unreadable}{report.missing:,} missing"
    lines = [f"Queued {count(report.queued, 'photo')} in {seconds(report.seconds)}; {counts}."]
    lines += [
        f"Left alone: {printable(root)} is empty or not there, though photos of it are known."
        for root in report.suspended
    ]
    lines += [f"{printable(failure.path)}: {printable(failure.detail)}" for failure in report.failed]
    return "\n".join([*lines, _left(report.queue)])


def worked(reports: Sequence[WorkReport]) -> str:
    """Write what the workers of this command did together, and what is left."""
    added, known, failed, faces = (
        sum(getattr(report, name) for report in reports) for name in ("added", "known", "failed", "faces")
    )
    done = added + known + failed
    took = max((report.seconds for report in reports), default=0.0)
    rate = f", {done / took:,.1f} a second" if took > 0 else ""
    lines = [
        f"Worked on {count(done, 'photo')} in {seconds(took)}{rate}.",
        f"{added:,} new, {known:,} known, {failed:,} failed; {count(faces, 'new face')}.",
    ]
    named = Counter({person.name: number for report in reports for person, number in report.matched})
    if named:
        people = ", ".join(f"{printable(name)} {number:,}" for name, number in named.most_common())
        lines.append(f"Named {count(named.total(), 'face')} by distance: {people}.")
    for word in (word for report in reports for word in report.lost):
        who = f" {printable(word.person)}" if word.person is not None else ""
        lines.append(f"Lost with a face of the edited photo {printable(word.path)}: {word.kind.value}{who}.")
    return "\n".join([*lines, *(_left(report.queue) for report in reports[-1:])])


def _left(queue: QueueCounts) -> str:
    elsewhere = f", {queue.elsewhere:,} on other machines" if queue.elsewhere else ""
    if queue.others:
        elsewhere += f", {queue.others:,} for another detector, network or size of faces"
    if not queue.waiting and not queue.claimed:
        return f"The queue is empty{f' here{elsewhere}' if elsewhere else ''}."
    held = f", {queue.claimed:,} at work" if queue.claimed else ""
    return f"In the queue: {queue.waiting:,} waiting{held}{elsewhere}. 'recog work' indexes them."
