"""Clusters, duplicates and the state of the library, as text."""

from collections.abc import Sequence

from recog.library.grouping.results import ClusterReport, ClusterSummary
from recog.library.maintenance.results import (
    ANOTHER_NETWORK,
    Backup,
    CheckReport,
    DoctorReport,
    LibraryStatus,
    Restored,
    WeightsStatus,
)
from recog.library.recognition.results import IndexPlace, IndexStatus
from recog.library.reports.results import DuplicateReport, MixedPerson, PhotoCopy
from recog.printable import printable
from recog.render import commands
from recog.render.figures import count, distance, one_in, percent, seconds
from recog.render.remedies import (
    EMBED_ANEW,
    sentence_of,
    sentence_of_observation,
    way_out_of_finding,
    way_out_of_observation,
)
from recog.render.table import facts, table
from recog.render.text_networks import commercial_use
from recog.types import Calibration

WORDS_SHOWN = 14
"""Words of a command shown in the table of pairs."""
FILES_SHOWN = 6
REASONS_AT = " ('recog index' lists them with the reasons)"
CLUSTERS_SHOWN = 40
"""Lines of the cluster table; the JSON document holds all."""


def clusters(report: ClusterReport) -> str:
    """Write the largest clusters, and how they were made."""
    how = f"up to distance {distance(report.threshold)}" if report.threshold is not None else report.k_reason
    head = (
        f"{count(len(report.clusters), 'cluster')} by {report.method}{f' ({how})' if how else ''}, "
        f"{count(report.singletons, 'single face')}, in {seconds(report.seconds)}."
    )
    if report.joined is not None:
        head += f"\nEarlier clusters stay, {count(report.joined, 'new face')} joined them; --full groups all anew."
    if not report.clusters:
        return head
    shown = report.clusters[:CLUSTERS_SHOWN]
    rows = [
        (
            str(cluster.number),
            f"{cluster.size:,}",
            _whose(cluster),
        )
        for cluster in shown
    ]
    rest = len(report.clusters) - len(shown)
    more = f"\n... and {rest:,} more; --json lists all" if rest else ""
    return f"{head}\n{table(('cluster', 'faces', 'person'), rows, right=(0, 1))}{more}{_to_name(report)}"


def _whose(cluster: ClusterSummary) -> str:
    if cluster.person is not None:
        return f"{printable(cluster.person)} ({cluster.named:,} named)"
    if cluster.suggestion is None:
        return "-"
    who = " or ".join(map(printable, (cluster.suggestion.person, *cluster.suggestion.twins)))
    return f"{who}? ({percent(cluster.suggestion.probability)})"


def _to_name(report: ClusterReport) -> str:
    """Say how to name a cluster, if a remembered one has no name."""
    if report.threshold is None or all(cluster.person is not None for cluster in report.clusters):
        return ""
    return (
        "\nTo see them: recog report people --out people.html, or recog serve, where a click names them"
        "\nTo name a cluster: recog people confirm NAME --cluster N (--new where nobody has the name yet)"
    )


def duplicates(report: DuplicateReport) -> str:
    """Write the pairs that are probably one person, the most probable first, then groups and duplicate photos."""
    library = (
        f"{count(report.people, 'person')}, {count(len(report.clusters), 'cluster')}, {count(report.faces, 'face')}"
    )
    blocks = [
        f"{count(len(report.pairs), 'pair')} may be one person twice ({library}; {_decision(report.calibration)})"
    ]
    if report.pairs:
        rows = [
            (
                printable(pair.left.label),
                printable(pair.right.label),
                distance(pair.squared_distance),
                distance(pair.nearest),
                percent(pair.probability),
                _shortened(commands.join_sides(pair)),
                _shortened(commands.keep_apart(pair)),
            )
            for pair in report.pairs
        ]
        header = ("one", "other", "distance", "nearest", "probability", "to merge them", "or to keep them apart")
        blocks.append(table(header, rows, right=(2, 3, 4)))
    if report.pairs_left_out:
        blocks.append(f"{count(report.pairs_left_out, 'less likely pair')} not listed")
    if report.groups:
        lines = [f"  {' = '.join(printable(label) for label in group)}" for group in report.groups]
        blocks.append("Groups that belong together:\n" + "\n".join(lines))
    if report.mixed:
        blocks.append(f"Names that look like two people:\n{_mixed(report.mixed)}")
    if report.duplicate_photos:
        lines = [_files(" = ", [printable(str(path)) for path in paths]) for paths in report.duplicate_photos]
        blocks.append("Photos that are there more than once:\n" + "\n".join(lines))
    if report.near_copies:
        lines = [_files(" ~ ", [_photo(one) for one in group]) for group in report.near_copies]
        blocks.append("Photos that are probably one picture saved twice:\n" + "\n".join(lines))
    return "\n\n".join(blocks)


def _files(between: str, shown: Sequence[str]) -> str:
    rest = len(shown) - FILES_SHOWN
    more = f", and {count(rest, 'file')} more (--json lists all)" if rest > 0 else ""
    return f"  {between.join(shown[:FILES_SHOWN])}{more}"


def _mixed(found: Sequence[MixedPerson]) -> str:
    rows = [
        (
            printable(one.main.label),
            f"{one.main.faces:,} + {one.part.faces:,}",
            distance(one.squared_distance),
            percent(one.probability),
            printable(commands.split_name(one)),
        )
        for one in found
    ]
    return table(("name", "faces", "distance", "one person", "to split them"), rows, right=(1, 2, 3))


def _shortened(command: str) -> str:
    """Shorten a command that lists many faces; the page and the document hold it whole."""
    words = command.split(" ")
    rest = len(words) - WORDS_SHOWN
    shown = command if rest <= 0 else f"{' '.join(words[:WORDS_SHOWN])} ... ({rest:,} more: --out FILE)"
    return printable(shown) or "-"


def _photo(photo: PhotoCopy) -> str:
    where = printable(str(photo.path)) if photo.path is not None else "no file left"
    return f"{where} ({photo.width:,} x {photo.height:,})"


def status(state: LibraryStatus) -> str:
    """Write everything about a library on one screen."""
    rows = [
        ("library", printable(str(state.directory))),
        ("database", printable(state.database)),
        ("photos", f"{state.photos:,} in {count(state.files, 'file')} ({state.missing_files:,} missing)"),
        *([("incomplete", count(state.incomplete_photos, "photo"))] if state.incomplete_photos else []),
        ("failed", f"{count(state.failed_files, 'file')}{REASONS_AT if state.failed_files else ''}"),
        ("faces", f"{state.faces:,} ({state.faces_named:,} named)"),
        ("people", f"{state.people:,}"),
        ("clusters", f"{state.clusters:,}"),
        ("network", f"{state.network.name}, trained on {state.network.trained_on}"),
        ("device", state.device),
        ("encoder", state.encoder),
        ("threshold", _threshold(state)),
        ("index", _index(state.index)),
        *(("root", printable(str(root))) for root in state.roots),
    ]
    note = f"\n\nNote: {ANOTHER_NETWORK}: {EMBED_ANEW}." if state.of_another_network else ""
    return facts(rows) + note


def check(report: CheckReport) -> str:
    """Write what was found, what was mended, and what is left to do."""
    if not report.findings:
        return f"All is well: {count(report.faces, 'face')} checked in {seconds(report.seconds)}."
    lines = [
        f"{'mended' if finding.fixed else 'LEFT'}: {printable(sentence_of(finding))}"
        + ("" if finding.fixed else f"\n        {printable(way_out_of_finding(finding))}")
        for finding in report.findings
    ]
    left = sum(not finding.fixed for finding in report.findings)
    end = f"{count(left, 'thing')} left to mend" if left else "Nothing is left to mend"
    return "\n".join([*lines, f"{end}; {count(report.faces, 'face')} checked in {seconds(report.seconds)}."])


def doctor(report: DoctorReport) -> str:
    """Write observations, one a line; a mark shows what needs a hand, with the way out below it."""
    width = max(len(seen.subject) for seen in report.observations)
    lines = []
    for seen in report.observations:
        lines.append(f"{' ' if seen.ok else '!'} {seen.subject:{width}}  {printable(sentence_of_observation(seen))}")
        if way_out := way_out_of_observation(seen):
            lines.append(f"  {'':{width}}  -> {printable(way_out)}")
    ill = sum(not seen.ok for seen in report.observations)
    end = "1 thing needs a hand." if ill == 1 else f"{ill} things need a hand." if ill else "Nothing needs a hand."
    return "\n".join([*lines, end])


def index_status(index: IndexStatus) -> str:
    """Write the vector index in one line."""
    return f"Index: {_index(index)}"


def weights(all_weights: Sequence[WeightsStatus]) -> str:
    """Write networks, one block each: what it is, its file and its source; a star marks those in use."""
    if not all_weights:
        return "No weights are here yet: recog models pull"
    return "\n".join(_weights(one) for one in all_weights)


def _weights(one: WeightsStatus) -> str:
    rows = [
        ("    trained on", printable(one.trained_on)),
        ("    licence", printable(one.licence)),
        ("    commercial", commercial_use(one.commercial_use)),
        *(("    from", source) for source in one.sources),
        *((("    file", printable(str(one.path))),) if one.path is not None else ()),
    ]
    return f"{'*' if one.default else ' '} {one.name}: {one.role}, {one.state}\n{facts(rows)}"


_KEPT = {
    IndexPlace.FILE: "no file yet",
    IndexPlace.MEMORY: "in memory, no file",
    IndexPlace.SERVER: "in the database, no file",
}


def _index(index: IndexStatus) -> str:
    behind = f", {index.behind:,} behind" if index.behind else ""
    kept = _KEPT[index.place] if index.published is None else printable(str(index.published))
    return f"{index.kind} on {index.device}, {count(index.faces, 'face')}{behind}, {kept}"


def _threshold(state: LibraryStatus) -> str:
    if state.calibration is None or state.threshold is None:
        return "not measured for this network: run 'recog calibrate'"
    pair = f"{distance(state.calibration.threshold)} ({_decision(state.calibration)})"
    if state.threshold == state.calibration.threshold:
        return pair
    return f"{pair}; {distance(state.threshold)} for a name, because many faces have one"


def _decision(calibration: Calibration) -> str:
    if calibration.far is None:
        return "set by you; its false accept rate was not measured"
    return (
        f"false accepts {one_in(calibration.far)}, measured on {count(calibration.pairs, 'pair')} of {calibration.data}"
    )


def backed_up(result: Backup) -> str:
    """Write where the backup is."""
    return f"Wrote the whole catalog to {printable(result.path)} ({result.size / 1e6:.1f} MB)."


def restored(result: Restored) -> str:
    """Write what the catalog holds again, and where the previous one is."""
    held = f"{count(result.photos, 'photo')}, {count(result.faces, 'face')}, {count(result.people, 'name')}"
    said = f"The catalog is that of {printable(result.backup)} again: {held}."
    said += "\nWho was forgotten since that backup is back: forget them again."
    return said if result.kept is None else f"{said}\nThe catalog before is kept as {printable(result.kept)}."
