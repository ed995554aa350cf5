"""Results as text: the numbers that matter, and no name or path that can drive a terminal."""

from dataclasses import replace
from pathlib import Path

import pytest

from recog.library.grouping.results import ClusterReport, ClusterSummary
from recog.library.indexing.results import FailedPhoto, IngestReport, LostWord
from recog.library.maintenance.results import (
    Backup,
    CheckReport,
    Finding,
    LibraryStatus,
    Remedy,
    RemedyKind,
    Restored,
    WeightsStatus,
)
from recog.library.people.results import EnrolledFace, Enrolment, Forgotten, PersonDetail, SplitPerson
from recog.library.recognition.results import (
    FaceSearch,
    FoundFace,
    Identification,
    IdentifiedPhoto,
    IndexStatus,
    MatchReport,
    SearchResult,
    VerifiedPair,
)
from recog.library.reports.results import DuplicateReport
from recog.render.commands import join_sides, keep_apart, split_name
from recog.render.text_library import weights
from recog.render.text_people import people
from recog.store.records import FactKind
from recog.types import Calibration, Face, FaceBox, Match, NetworkInfo, Origin, Person, Verification
from tests.texts import to_text

EVIL = "[bold]\x1b[2J\u202e\nEve"
SHOWN = "[bold]\\x1b[2J\\u202e\\nEve"
PATH = Path(f"/photos/{EVIL}.jpg")
BOX = FaceBox(1.0, 2.0, 11.0, 22.0, 0.99, ((1.0, 2.0),) * 5)
EVE = Person(1, EVIL, hidden=False, cover_face_id=None, confirmed=2, matched=5)
FACE = Face(41, 7, BOX, 100.0, 1, Origin.MATCHED, 0.4126)
NETWORK = NetworkInfo("facenet-casia", "a" * 64, 128, 160, 1.19, "CASIA-WebFace", "MIT", "PyPI")
CALIBRATION = Calibration("a" * 64, 1.021, 0.001, 9.0, -9.0, "LFW View 1", 1000)
INGEST = IngestReport(
    added=98,
    changed=2,
    moved=5,
    duplicates=1,
    unchanged=14,
    missing=3,
    faces=231,
    failed=(FailedPhoto(PATH, "damaged", EVIL), FailedPhoto(Path("/b.jpg"), "damaged", "bad")),
    lost=(LostWord(PATH, FactKind.NAME, EVIL),),
    suspended=(PATH,),
    seconds=60.0,
    dry_run=False,
    interrupted=False,
)
UNKNOWN = Identification(2, BOX, None, Match(1, 1.3, 3), EVE, 0.02, 1.021)
NAMED = Identification(1, BOX, EVE, Match(1, 0.4126, 3), EVE, 0.974, 1.021)
INDEX = IndexStatus("flat", "cpu", 31_022, PATH, 4)
RESULTS: list[object] = [
    INGEST,
    Backup(PATH, 1_200_000),
    Restored(PATH, PATH, 2, 3, 1),
    Enrolment(EVE, created=True, faces=(EnrolledFace(PATH, 41, BOX),)),
    IdentifiedPhoto(PATH, (NAMED, UNKNOWN)),
    MatchReport(((EVE, 3),), 4, 1.0),
    VerifiedPair(PATH, EVIL, BOX, None, Verification(same=True, squared_distance=0.4, threshold=1.0, probability=0.9)),
    SearchResult(PATH, (FaceSearch(1, BOX, (FoundFace(FACE, 0.4, 0.9, (PATH, PATH), EVE),)),)),
    EVE,
    PersonDetail(EVE, ((FACE, (PATH,)),)),
    Forgotten(EVIL, 3, complete=False),
    ClusterReport("identity", (ClusterSummary(1, 9, (1, 2), EVIL, 3),), 5, 1.0, "", 2.0),
    LibraryStatus(
        PATH,
        EVIL,
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        NETWORK,
        "cpu",
        "torch float32",
        1.021,
        CALIBRATION,
        INDEX,
        roots=(PATH, Path("/b")),
    ),
    CheckReport((Finding("orphan", 2, EVIL, fixed=False, remedy=Remedy(RemedyKind.ADVICE, EVIL)),), 7, 0.2),
    INDEX,
]


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: type(result).__name__)
def test_no_name_or_path_reaches_the_terminal_raw(result: object) -> None:
    text = to_text(result)
    assert SHOWN in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert not [line for line in text.splitlines() if line.startswith("Eve")]


def test_status_tells_where_reasons_are_only_where_files_failed() -> None:
    state = next(one for one in RESULTS if isinstance(one, LibraryStatus))
    failed = to_text(replace(state, failed_files=2)).splitlines()[3]
    assert failed == "failed     2 files ('recog index' lists them with the reasons)"
    assert to_text(replace(state, failed_files=0)).splitlines()[3] == "failed     0 files"


def test_status_counts_incomplete_photos_where_there_are_any() -> None:
    state = next(one for one in RESULTS if isinstance(one, LibraryStatus))
    assert "incomplete  2 photos" in to_text(replace(state, incomplete_photos=2)).splitlines()
    assert "incomplete" not in to_text(state)


def test_status_tells_the_threshold_for_a_name_where_it_is_smaller_than_for_a_pair() -> None:
    state = next(one for one in RESULTS if isinstance(one, LibraryStatus))
    assert "for a name" not in to_text(state)
    assert "; 0.900 for a name, because many faces have one" in to_text(replace(state, threshold=0.9))


def test_indexing_names_incomplete_photos() -> None:
    text = to_text(replace(INGEST, incomplete=(PATH, Path("/c.jpg"))))
    assert "2 photos incomplete, used as far as the file goes; copy them again from where they came from:" in text
    assert f"\n  /photos/{SHOWN}.jpg\n  /c.jpg\n" in text
    assert "incomplete" not in to_text(INGEST)


def test_indexing_tells_counts_rate_and_every_failure() -> None:
    lines = to_text(INGEST).splitlines()
    assert lines[0] == "Indexed 120 photos in 1 min 00 s, 2.0 a second."
    assert lines[1] == "98 new, 2 changed, 5 moved, 1 at one more path, 14 unchanged, 3 missing; 231 new faces."
    assert "2 photos could not be indexed (2 damaged):" in lines
    assert lines[-1].split() == ["damaged", "/b.jpg", "bad"]


def test_indexing_tells_who_got_how_many_faces_by_distance() -> None:
    lines = to_text(replace(INGEST, matched=((EVE, 2), (replace(EVE, name="Ada"), 1)), suspended=(), lost=()))
    assert lines.splitlines()[2:6] == [
        "Named 3 faces by distance:",
        f"name{' ' * (len(SHOWN) - 4)}  faces",
        f"{SHOWN}      2",
        f"Ada{' ' * (len(SHOWN) - 3)}      1",
    ]


def test_a_failure_names_its_photo_once() -> None:
    failure = FailedPhoto(Path("/b.jpg"), "damaged", "/b.jpg is a damaged JPEG file: leave it out")
    line = to_text(replace(INGEST, failed=(failure,))).splitlines()[-1]
    assert line == "damaged  /b.jpg  is a damaged JPEG file: leave it out"


def test_a_dry_run_says_that_nothing_was_written() -> None:
    text = to_text(replace(INGEST, dry_run=True))
    assert text.startswith("Dry run, nothing was written: 120 photos seen")
    assert "new face" not in text


def test_an_unknown_face_names_its_nearest_candidate_with_the_numbers() -> None:
    lines = to_text(IdentifiedPhoto(Path("a.jpg"), (NAMED, UNKNOWN))).splitlines()
    assert lines[0] == "a.jpg: 2 faces, a name is given up to distance 1.021"
    assert lines[2].split() == ["1", SHOWN, "0.413", "97", "%", SHOWN]
    assert lines[3].split() == ["2", "unknown", "1.300", "2", "%", SHOWN]


def test_faces_of_the_library_bear_its_numbers_and_the_command_that_names_them() -> None:
    held, other = replace(UNKNOWN, face_id=41), replace(UNKNOWN, number=3, face_id=42)
    lines = to_text(IdentifiedPhoto(Path("a.jpg"), (NAMED, held))).splitlines()
    assert lines[1].endswith("  in the library")
    assert (lines[2].split()[-1], lines[3].split()[-2:]) == ("-", ["face", "41"])
    assert lines[4] == "To name one: recog people confirm NAME 41 (--new where nobody has the name yet)"
    assert "recog people confirm NAME FACE (" in to_text(IdentifiedPhoto(Path("a.jpg"), (held, other)))
    assert "To name" not in to_text(IdentifiedPhoto(Path("a.jpg"), (replace(NAMED, face_id=40),)))


def test_a_face_is_unknown_where_nobody_is_enrolled() -> None:
    face = Identification(1, BOX, None, None, None, 0.0, 1.021)
    assert to_text(IdentifiedPhoto(Path("a.jpg"), (face,))).endswith("nobody is enrolled")
    assert to_text(IdentifiedPhoto(Path("a.jpg"), ())) == "a.jpg: 0 faces"


@pytest.mark.parametrize(
    ("squared_distance", "said"),
    [
        (0.4126, "The same person: a.jpg and b.jpg\ndistance 0.413, within the threshold 1.000; probability"),
        (1.00004, "Different people: a.jpg and b.jpg\ndistance 1.00004, beyond the threshold 1.00000; probability"),
    ],
)
def test_a_verdict_comes_with_its_numbers(squared_distance: float, said: str) -> None:
    verdict = Verification(squared_distance <= 1.0, squared_distance, 1.0, 0.9 if squared_distance < 1.0 else 0.4)
    assert to_text(VerifiedPair(Path("a.jpg"), Path("b.jpg"), BOX, BOX, verdict)).startswith(said)


def test_what_is_likely_and_not_sure_enough_is_not_called_different_people() -> None:
    verdict = Verification(same=False, squared_distance=0.691, threshold=0.585, probability=0.83)
    text = to_text(VerifiedPair(Path("a.jpg"), "Ben", BOX, None, verdict))
    assert text.startswith("Perhaps the same person, not surely: a.jpg and Ben\ndistance 0.691, beyond the threshold")


def test_one_face_that_was_split_off_is_nobodys() -> None:
    text = to_text(SplitPerson(EVE, 0.2, ((41,),)))
    assert "1 face in 1 group is nobody's now" in text
    assert text.endswith("  1 face: recog people confirm --new NAME 41")


def test_search_shows_where_a_face_is_and_how_often() -> None:
    found = FoundFace(FACE, 0.4126, 0.974, (Path("/a.jpg"), Path("/b.jpg")), None)
    gone = FoundFace(FACE, 0.9, 0.5, (), None)
    text = to_text(SearchResult(Path("p.jpg"), (FaceSearch(1, BOX, (found, gone)), FaceSearch(2, BOX, ()))))
    assert text.splitlines()[3].split() == ["0.413", "97", "%", "-", str(FACE.id), "/a.jpg", "(and", "1", "more)"]
    assert text.splitlines()[4].endswith("no file left")
    assert text.endswith("face 2: nobody in the library yet")


def test_people_are_listed_with_their_counts() -> None:
    hidden = replace(EVE, name="Bob", hidden=True)
    assert people([EVE, hidden]).splitlines()[2].split() == ["Bob", "2", "5", "hidden"]
    assert people([]) == "Nobody is enrolled yet: recog enrol NAME PHOTO"
    assert to_text(Forgotten("Bob", 1, complete=True)).splitlines() == [
        "Forgot Bob: 1 face erased with all that was derived from them."
    ]


def test_many_clusters_are_cut_with_a_word_on_the_rest() -> None:
    clusters = tuple(ClusterSummary(number, 2, (number,), None, 0) for number in range(45))
    text = to_text(ClusterReport("kmeans", clusters, 0, None, "k given", 2.0))
    assert text.startswith("45 clusters by kmeans (k given), 0 single faces, in 2.0 s.")
    assert text.endswith("... and 5 more; --json lists all")


def test_duplicates_are_ranked_with_the_command_that_merges_them(report: DuplicateReport) -> None:
    lines = to_text(report).splitlines()
    assert lines[0].startswith("3 pairs may be one person twice (1 person, 2 clusters, 31,022 faces; false accepts")
    assert "0.580    0.310         97 %  " + join_sides(report.pairs[0]) in lines[3]
    assert lines[3].endswith(keep_apart(report.pairs[0]))
    assert lines[4].split()[-6:] == ["9", "10", "9", "10", "--new", "-"]
    assert "7 less likely pairs not listed" in lines
    assert lines[lines.index("Names that look like two people:") + 2].split()[1:] == [
        *("12", "+", "3", "1.400", "3", "%"),
        *split_name(report.mixed[0]).split(),
    ]
    assert "  /photos/<script>alert(1)</script>.jpg (4,000 x 3,000) ~ no file left (800 x 600)" in lines
    assert "  /photos/a.jpg = /photos/copy\\u202egpj.exe" in lines


def test_a_command_of_many_faces_is_cut_where_it_cannot_be_run(report: DuplicateReport) -> None:
    pair = report.pairs[2]
    long = replace(pair, left=replace(pair.left, person="Ada"), right=replace(pair.right, typical=tuple(range(100))))
    text = to_text(replace(report, pairs=(long,)))
    assert "recog people confirm Ada 0 1 2 3 4 5 6 7 8 9 ... (90 more: --out FILE)" in text


def test_status_fits_on_a_screen_and_names_network_device_and_error() -> None:
    state = next(result for result in RESULTS if isinstance(result, LibraryStatus))
    text = to_text(state)
    assert "network    facenet-casia, trained on CASIA-WebFace" in text
    assert "threshold  1.021 (false accepts 1 in 1,000, measured on 1,000 pairs of LFW View 1)" in text
    by_hand = replace(state, calibration=replace(CALIBRATION, far=None))
    assert "1.021 (set by you; its false accept rate was not measured)" in to_text(by_hand)
    assert "index      flat on cpu, 31,022 faces, 4 behind" in text


def test_check_tells_what_was_mended_and_what_is_left() -> None:
    mended = Finding("index", 3, "the index lacks 3 faces", fixed=True, remedy=Remedy(RemedyKind.FIX))
    left = Finding(
        "database", 1, "the database is damaged", fixed=False, remedy=Remedy(RemedyKind.ADVICE, "restore a backup")
    )
    assert to_text(CheckReport((mended, left), 7, 0.2)).splitlines() == [
        "mended: the index lacks 3 faces",
        "LEFT: the database is damaged",
        "        restore a backup",
        "1 thing left to mend; 7 faces checked in 0.2 s.",
    ]
    assert to_text(CheckReport((), 7, 0.2)) == "All is well: 7 faces checked in 0.2 s."


def test_networks_are_listed_with_origin_and_licence() -> None:
    state = WeightsStatus(
        "casia",
        "trunk",
        "present",
        Path("/w"),
        "a",
        "CASIA",
        "MIT",
        ("PyPI", "GitHub"),
        default=True,
        commercial_use="forbidden",
    )
    assert weights([state]).splitlines() == [
        "* casia: trunk, present",
        "    trained on  CASIA",
        "    licence     MIT",
        "    commercial  forbidden by the licence of the weights",
        "    from        PyPI",
        "    from        GitHub",
        "    file        /w",
    ]
    assert weights([]) == "No weights are here yet: recog models pull"


def test_one_face_stays_unknown_and_two_stay() -> None:
    assert "; 1 stays unknown." in to_text(MatchReport((), 1, 1.0))
    assert "; 2 stay unknown." in to_text(MatchReport((), 2, 1.0))
