"""What to do about a finding of `check` or `doctor`, as a command or a sentence."""

import shlex
from collections.abc import Mapping

from recog.library.maintenance.results import Finding, Observation, Remedy, RemedyKind
from recog.printable import printable

_COMMANDS: Mapping[RemedyKind, str] = {
    RemedyKind.FIX: "recog check --fix",
    RemedyKind.FIX_THEN_INDEX: "recog check --fix, then recog index",
    RemedyKind.RESTORE: "recog restore FILE, or move it away and index again",
    RemedyKind.INDEX: "recog index FOLDER",
    RemedyKind.REBUILD_INDEX: "recog index-rebuild deletes them",
    RemedyKind.CALIBRATE: "recog calibrate PEOPLE",
}
_SENTENCES: Mapping[RemedyKind, str] = {
    RemedyKind.FIX: "run 'recog check --fix'",
    RemedyKind.FIX_THEN_INDEX: "run 'recog check --fix', then 'recog index', which looks at their photos anew",
    RemedyKind.RESTORE: (
        "put a backup in its place with 'recog restore FILE', or move it away and run 'recog index' again"
    ),
}


def sentence_of(finding: Finding) -> str:
    """Say what was found and, if `check` mended it, what is still to come."""
    if finding.fixed and finding.remedy.kind is RemedyKind.FIX_THEN_INDEX:
        return f"{finding.sentence}; the next 'recog index' looks at their photos anew"
    return finding.sentence


def way_out_of_finding(finding: Finding) -> str:
    """Say how to mend what `check` found."""
    return _SENTENCES.get(finding.remedy.kind, _way_out(finding.remedy))


def way_out_of_observation(seen: Observation) -> str:
    """Say what to do about what `doctor` saw; empty if there is nothing to do."""
    return "" if seen.remedy is None else _way_out(seen.remedy)


def _way_out(remedy: Remedy) -> str:
    match remedy.kind:
        case RemedyKind.ADVICE:
            return remedy.text
        case RemedyKind.PULL_WEIGHTS:
            return f"recog models pull {remedy.text}"
        case RemedyKind.MAKE_PRIVATE:
            return f"chmod -R go= {printable(shlex.quote(remedy.text))}"
        case kind:
            return _COMMANDS[kind]
