"""What to do about what a result reports, as a command or a sentence."""

import shlex
from collections.abc import Mapping

from recog.library.exchange.records import Unmatched
from recog.library.maintenance.results import Finding, Observation, Remedy, RemedyKind, remedy_of
from recog.printable import printable
from recog.render.ways_out import with_way_out
from recog.store.maintenance.pending import PendingErasure

EMBED_ANEW = "run 'recog index FOLDER' first, which embeds them anew and keeps names"
_COMMANDS: Mapping[RemedyKind, str] = {
    RemedyKind.FIX: "recog check --fix",
    RemedyKind.FIX_THEN_INDEX: "recog check --fix, then recog index",
    RemedyKind.RESTORE: "recog restore FILE, or move it away and index again",
    RemedyKind.INDEX: "recog index FOLDER",
    RemedyKind.EMBED_ANEW: "recog index FOLDER",
    RemedyKind.REBUILD_INDEX: "recog index-rebuild deletes them",
    RemedyKind.CALIBRATE: "recog calibrate PEOPLE",
}
_SENTENCES: Mapping[RemedyKind, str] = {
    RemedyKind.FIX: "run 'recog check --fix'",
    RemedyKind.EMBED_ANEW: EMBED_ANEW,
    RemedyKind.FIX_THEN_INDEX: "run 'recog check --fix', then 'recog index', which looks at their photos anew",
    RemedyKind.RESTORE: (
        "put a backup in its place with 'recog restore FILE', or move it away and run 'recog index' again"
    ),
}


def sentence_of(finding: Finding) -> str:
    """Say what was found and, if `check` mended it, what is still to come."""
    if finding.fixed and finding.remedy.kind is RemedyKind.FIX_THEN_INDEX:
        return f"{finding.sentence}; the next 'recog index' looks at their photos anew"
    return finding.sentence if finding.fixed or finding.error is None else with_way_out(finding.error)


def sentence_of_observation(seen: Observation) -> str:
    """Say what `doctor` saw or, if an error cut the look short, what it says."""
    return seen.sentence if seen.error is None else with_way_out(seen.error)


def way_out_of_finding(finding: Finding) -> str:
    """Say how to mend what `check` found."""
    return _SENTENCES.get(finding.remedy.kind, _way_out(finding.remedy))


def way_out_of_observation(seen: Observation) -> str:
    """Say what to do about what `doctor` saw; empty if there is nothing to do."""
    return "" if seen.remedy is None else _way_out(seen.remedy)


def way_out_of_erasure(pending: PendingErasure) -> str:
    """Say how to erase what is left of forgotten people."""
    return _way_out(remedy_of(pending))


def reason_of_unmatched(name: Unmatched) -> str:
    """Say why an imported name found no face and, if somebody has nearly the name, how to import it nevertheless."""
    return name.reason if name.alike is None else f"{name.reason} (--near takes it for somebody else's)"


def _way_out(remedy: Remedy) -> str:
    match remedy.kind:
        case RemedyKind.ADVICE:
            return remedy.text
        case RemedyKind.THEN_FIX:
            return f"{remedy.text}, then run 'recog check --fix'"
        case RemedyKind.THEN_STATUS:
            return f"{remedy.text}, then run 'recog status'"
        case RemedyKind.PULL_WEIGHTS:
            return f"recog models pull {remedy.text}"
        case RemedyKind.MAKE_PRIVATE:
            return f"chmod -R go= {printable(shlex.quote(remedy.text))}"
        case kind:
            return _COMMANDS[kind]
