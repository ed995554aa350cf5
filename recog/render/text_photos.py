"""What happened to photos, and who is on them, as text."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from recog.library.indexing.results import FailedPhoto, IngestReport, LostWord, PassedOver
from recog.library.people.results import Enrolment
from recog.library.recognition.results import (
    FaceSearch,
    FoundFace,
    Identification,
    IdentifiedPhoto,
    MatchReport,
    SearchResult,
    VerifiedPair,
)
from recog.photos.video.formats import EXTRA as VIDEO_EXTRA
from recog.printable import printable
from recog.render.clock import moment
from recog.render.figures import count, distance, distance_against, percent, seconds
from recog.render.table import table
from recog.render.text_acts import lends_none, taken_from
from recog.render.ways_out import detail_of_photo
from recog.types import Person

PERHAPS = 0.5
"""From this probability on, two faces beyond the threshold are not called different people."""


def ingest(report: IngestReport) -> str:
    """Write the counts in one line, then all that needs a look: suspended roots, lost words, failures by reason."""
    done = report.added + report.changed + report.moved + report.duplicates + report.unchanged
    rate = f", {done / report.seconds:,.1f} a second" if report.seconds > 0 else ""
    head = (
        f"Dry run, nothing was written: {count(done, 'photo')} seen in {seconds(report.seconds)}"
        if report.dry_run
        else f"Indexed {count(done, 'photo')} in {seconds(report.seconds)}{rate}"
    )
    unreadable = f"{report.unreadable:,} unreadable as before, " if report.unreadable else ""
    counts = (
        f"{report.added:,} new, {report.changed:,} changed, {report.moved:,} moved, {report.duplicates:,} at one more "
        f"path, {report.unchanged:,} unchanged, {unreadable}{report.missing:,} missing"
    )
    faces = "" if report.dry_run else f"; {count(report.faces, 'new face')}"
    blocks = [f"{head}.", f"{counts}{faces}."]
    if report.again:
        blocks.append(
            f"{count(report.again, 'photo')} had been processed by another detector or network: their faces are found "
            "and embedded anew, and names stay."
        )
    if report.matched:
        blocks.append(f"Named {_faces_of(report.matched)} by distance:\n{_people(report.matched)}")
    blocks += [
        f"Left alone: {_shown(root)} is empty or not there, though photos of it are known; nothing was marked missing."
        for root in report.suspended
    ]
    if report.lost:
        blocks.append(_lost(report.lost))
    if report.passed_over:
        blocks.append(_passed_over(report.passed_over))
    if report.incomplete:
        paths = "".join(f"\n  {_shown(path)}" for path in report.incomplete)
        blocks.append(
            f"{count(len(report.incomplete), 'photo')} incomplete, used as far as the file goes; copy them again from "
            f"where they came from:{paths}"
        )
    if report.failed:
        reasons = Counter(failure.reason for failure in report.failed)
        summary = ", ".join(f"{number:,} {reason}" for reason, number in reasons.most_common())
        failed = [(failure.reason, _shown(failure.path), printable(_why(failure))) for failure in report.failed]
        blocks.append(
            f"{count(len(failed), 'photo')} could not be indexed ({summary}):\n"
            + table(("reason", "photo", "detail"), failed)
        )
    return "\n".join(blocks)


def _passed_over(passed: Sequence[PassedOver]) -> str:
    """Write the photos that an extra reads, with the extra, then those that nothing reads."""
    lines = []
    if videos := [one for one in passed if one.extra == VIDEO_EXTRA]:
        lines.append(f"{_files_of(videos, 'video')} passed over: pip install 'recog[{VIDEO_EXTRA}]'")
    if with_extra := [one for one in passed if one.extra not in (None, VIDEO_EXTRA)]:
        extras = ",".join(sorted({one.extra for one in with_extra if one.extra is not None}))
        lines.append(f"{_files_of(with_extra, 'photo')} passed over: pip install 'recog[{extras}]'")
    if without := [one for one in passed if one.extra is None]:
        lines.append(f"{_files_of(without, 'photo')} passed over, which recog does not read: save them as JPEG or PNG")
    return "\n".join(lines)


def _files_of(passed: Sequence[PassedOver], kind: str) -> str:
    """Count files by suffix: '3 .cr3 and 2 .jxl photos were', '1 .psd photo was'."""
    counts = [f"{one.count:,} {printable(one.suffix)}" for one in passed]
    listed = f"{', '.join(counts[:-1])} and {counts[-1]}" if len(counts) > 1 else counts[0]
    return f"{listed} {kind} was" if sum(one.count for one in passed) == 1 else f"{listed} {kind}s were"


def enrolment(result: Enrolment) -> str:
    """Write who is enrolled, and by which faces."""
    name, what = printable(result.person.name), "a new person" if result.created else "known already"
    paths = "\n".join(
        f"  face {face.face_id} in {_shown(face.path)}{taken_from(face.was)}{lends_none(face.doubt)}"
        for face in result.faces
    )
    enrolled = f"Enrolled {name} ({what}) with {count(len(result.faces), 'face')}:\n{paths}"
    return f"{enrolled}\n{_lost(result.lost)}" if result.lost else enrolled


def identified(photo: IdentifiedPhoto) -> str:
    """Write the faces of a photo from left to right, each with a name or 'unknown' and the nearest candidate."""
    head = f"{_shown(photo.path)}: {count(len(photo.faces), 'face')}"
    if not photo.faces:
        return head
    limit = max(face.threshold for face in photo.faces)
    header = ["face", "name", "distance", "probability", "nearest"]
    rows = [[*_identity(face, limit)] for face in photo.faces]
    to_name = ""
    if any(face.span is not None for face in photo.faces):
        header.append("seen")
        for row, face in zip(rows, photo.faces, strict=True):
            row.append("-" if face.span is None else moment(face.span))
    if any(face.face_id is not None for face in photo.faces):
        header.append("in the library")
        for row, face in zip(rows, photo.faces, strict=True):
            row.append("-" if face.face_id is None else f"face {face.face_id}{', ignored' if face.ignored else ''}")
        if open_faces := [face.face_id for face in photo.faces if face.face_id is not None and _may_be_named(face)]:
            which = str(open_faces[0]) if len(open_faces) == 1 else "FACE"
            to_name = f"\nTo name one: recog people confirm NAME {which} (--new where nobody has the name yet)"
    shown = table(header, rows, right=(0, 2, 3))
    return f"{head}, a name is given up to distance {distance(limit)}\n{shown}{to_name}"


def _lost(words: Sequence[LostWord]) -> str:
    rows = [(word.kind.value, printable(word.person or "-"), _shown(word.path)) for word in words]
    head = f"Said of faces that are gone from an edited photo ({len(rows):,}):"
    return f"{head}\n{table(('what', 'name', 'photo'), rows)}"


def _may_be_named(face: Identification) -> bool:
    return face.person is None and not face.ignored


def matches(report: MatchReport) -> str:
    """Write how many faces got which name."""
    named = f"Named {_faces_of(report.matched)} by distance in {seconds(report.seconds)}"
    head = f"{named}; {report.unknown:,} {'stays' if report.unknown == 1 else 'stay'} unknown."
    return f"{head}\n{_people(report.matched)}" if report.matched else head


def _faces_of(matched: Sequence[tuple[Person, int]]) -> str:
    return count(sum(number for _, number in matched), "face")


def _people(matched: Sequence[tuple[Person, int]]) -> str:
    return table(("name", "faces"), [(printable(person.name), f"{number:,}") for person, number in matched], right=(1,))


def verified(pair: VerifiedPair) -> str:
    """Write the verdict with its numbers; what is probable but not certain enough is called so."""
    verdict = pair.verification
    said, side = ("The same person", "within") if verdict.same else ("Different people", "beyond")
    if not verdict.same and verdict.probability >= PERHAPS:
        said = "Perhaps the same person, not surely"
    shown = distance_against(verdict.squared_distance, verdict.threshold)
    threshold = distance_against(verdict.threshold, verdict.squared_distance)
    right = _shown(pair.right) if isinstance(pair.right, Path) else printable(pair.right)
    if verdict.least_probability is not None:
        return (
            f"{said}: {_shown(pair.left)} and {right}\n"
            f"probability of one person {percent(verdict.probability)} ({verdict.method}), "
            f"{percent(verdict.least_probability)} is needed; distance {shown}"
        )
    return (
        f"{said}: {_shown(pair.left)} and {right}\n"
        f"distance {shown}, {side} the threshold {threshold}; "
        f"probability of one person {percent(verdict.probability)}"
    )


def searched(result: SearchResult) -> str:
    """Write every face of the probe with its neighbours, the nearest first."""
    head = f"{_shown(result.path)}: {count(len(result.faces), 'face')}"
    return "\n".join([head, *(_face_search(face) for face in result.faces)])


def _face_search(face: FaceSearch) -> str:
    if not face.found:
        return f"face {face.number}: nobody in the library yet"
    unsure = f" {face.doubt}, so distances do not say who it is" if face.doubt is not None else ""
    heads = ("distance", "probability", "name", "face", "photo")
    rows = table(heads, [_found(found) for found in face.found], right=(0, 1, 3))
    return f"face {face.number}:{unsure}\n{rows}"


def _found(found: FoundFace) -> tuple[str, str, str, str, str]:
    name = printable(found.person.name) if found.person is not None else "-"
    more = f" (and {len(found.paths) - 1} more)" if len(found.paths) > 1 else ""
    path = f"{_shown(found.paths[0])}{more}" if found.paths else "no file left"
    odds = "-" if found.probability is None else percent(found.probability)
    return distance(found.squared_distance), odds, name, str(found.face.id), path


def _identity(face: Identification, limit: float) -> tuple[str, str, str, str, str]:
    name = printable(face.person.name) if face.person is not None else "unknown"
    if face.doubt is not None:
        return str(face.number), name, "-", "-", face.doubt
    if face.nearest is None or face.nearest_person is None:
        return str(face.number), name, "-", "-", "nobody is enrolled"
    if face.candidates:
        name = " or ".join(printable(one.person.name) for one in face.candidates) + "?"
    shown = distance_against(face.nearest.squared_distance, face.threshold)
    nearest = printable(face.nearest_person.name)
    if face.threshold < limit:
        nearest += ", who is a nearer face here"
    return str(face.number), name, shown, percent(face.probability), nearest


def _why(failure: FailedPhoto) -> str:
    """Say why a photo failed, without its path, with which the sentence starts and which stands beside it."""
    return detail_of_photo(failure.reason, failure.detail).removeprefix(f"{failure.path} ")


def _shown(path: Path) -> str:
    return printable(str(path))
