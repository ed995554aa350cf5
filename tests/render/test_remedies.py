"""What to do about findings, in words."""

import pytest

from recog.library.maintenance.results import Finding, Observation, Remedy, RemedyKind
from recog.render.remedies import sentence_of, way_out_of_finding, way_out_of_observation


@pytest.mark.parametrize(
    ("remedy", "finding", "observation"),
    [
        (Remedy(RemedyKind.ADVICE, "make room"), "make room", "make room"),
        (Remedy(RemedyKind.FIX), "run 'recog check --fix'", "recog check --fix"),
        (
            Remedy(RemedyKind.FIX_THEN_INDEX),
            "run 'recog check --fix', then 'recog index', which looks at their photos anew",
            "recog check --fix, then recog index",
        ),
        (
            Remedy(RemedyKind.RESTORE),
            "put a backup in its place with 'recog restore FILE', or move it away and run 'recog index' again",
            "recog restore FILE, or move it away and index again",
        ),
        (Remedy(RemedyKind.PULL_WEIGHTS, "mtcnn"), "recog models pull mtcnn", "recog models pull mtcnn"),
        (Remedy(RemedyKind.MAKE_PRIVATE, "/it's"), "chmod -R go= '/it'\"'\"'s'", "chmod -R go= '/it'\"'\"'s'"),
    ],
)
def test_each_remedy_has_its_words(remedy: Remedy, finding: str, observation: str) -> None:
    assert way_out_of_finding(Finding("kind", 1, "It is so", fixed=False, remedy=remedy)) == finding
    assert way_out_of_observation(Observation("subject", False, "It is so", remedy)) == observation


@pytest.mark.parametrize("kind", RemedyKind)
def test_no_remedy_is_without_words(kind: RemedyKind) -> None:
    assert way_out_of_observation(Observation("subject", False, "It is so", Remedy(kind, "what")))


def test_what_needs_no_hand_has_no_way_out() -> None:
    assert way_out_of_observation(Observation("subject", True, "It is so")) == ""


def test_what_was_mended_says_what_is_still_to_come() -> None:
    torn = Finding("kind", 1, "2 faces have lost their thumbnail", fixed=True, remedy=Remedy(RemedyKind.FIX_THEN_INDEX))
    assert sentence_of(torn) == ("2 faces have lost their thumbnail; the next 'recog index' looks at their photos anew")
    assert sentence_of(Finding("kind", 1, "It is so", fixed=True, remedy=Remedy(RemedyKind.FIX))) == "It is so"
