"""What to do about findings, in words."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from recog.errors import CatalogError, IndexUnreadableError, WayOut
from recog.library.exchange.records import Unmatched
from recog.library.maintenance.results import Finding, Observation, Remedy, RemedyKind
from recog.render.as_json import to_json
from recog.render.remedies import (
    reason_of_unmatched,
    sentence_of,
    sentence_of_observation,
    way_out_of_erasure,
    way_out_of_finding,
    way_out_of_observation,
)
from recog.store.maintenance.pending import ErasedBy, PendingErasure


@pytest.mark.parametrize(
    ("remedy", "finding", "observation"),
    [
        (Remedy(RemedyKind.ADVICE, "make room"), "make room", "make room"),
        (
            Remedy(RemedyKind.THEN_FIX, "make room"),
            "make room, then run 'recog check --fix'",
            "make room, then run 'recog check --fix'",
        ),
        (
            Remedy(RemedyKind.THEN_STATUS, "wait"),
            "wait, then run 'recog status'",
            "wait, then run 'recog status'",
        ),
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


def test_an_error_that_doctor_met_is_said_with_its_way_out() -> None:
    error = CatalogError("it may only be read here", way_out=WayOut.COPY_LIBRARY)
    seen = Observation("library", False, str(error), error=error)
    sentence = "it may only be read here: copy the folder to where you may write, and name the copy with --library"
    assert sentence_of_observation(seen) == sentence
    assert json.loads(to_json(seen)) == {"subject": "library", "ok": False, "sentence": sentence, "way_out": ""}


def test_an_error_that_check_met_is_said_with_its_way_out_until_it_is_mended() -> None:
    error = IndexUnreadableError("there is no search index at lib", kind="absent", way_out=WayOut.REBUILD_INDEX)
    found = Finding("index", 1, str(error), fixed=False, remedy=Remedy(RemedyKind.FIX), error=error)
    sentence = "there is no search index at lib: run 'recog index-rebuild'"
    assert json.loads(to_json(found)) == {
        "kind": "index",
        "count": 1,
        "sentence": sentence,
        "fixed": False,
        "way_out": "run 'recog check --fix'",
    }
    assert sentence_of(replace(found, fixed=True)) == "there is no search index at lib"


def test_what_was_mended_says_what_is_still_to_come() -> None:
    torn = Finding("kind", 1, "2 faces have lost their thumbnail", fixed=True, remedy=Remedy(RemedyKind.FIX_THEN_INDEX))
    assert sentence_of(torn) == ("2 faces have lost their thumbnail; the next 'recog index' looks at their photos anew")
    assert sentence_of(Finding("kind", 1, "It is so", fixed=True, remedy=Remedy(RemedyKind.FIX))) == "It is so"


@pytest.mark.parametrize(("by", "command"), [(ErasedBy.FIX, "recog check --fix"), (ErasedBy.STATUS, "recog status")])
def test_a_pending_erasure_names_what_erases_it(by: ErasedBy, command: str) -> None:
    assert way_out_of_erasure(PendingErasure("It is so", "make room", by)) == f"make room, then run '{command}'"


def test_an_imported_name_that_somebody_nearly_has_can_be_taken_for_somebody_elses() -> None:
    asked = Unmatched("Weiss", Path("names.json"), "did you mean 'Weiß'?", alike="Weiß")
    assert reason_of_unmatched(asked) == "did you mean 'Weiß'? (--near takes it for somebody else's)"
    assert reason_of_unmatched(Unmatched("Ann", Path("names.json"), "no face is there")) == "no face is there"
    assert json.loads(to_json(asked)) == {
        "person": "Weiss",
        "source": "names.json",
        "reason": "did you mean 'Weiß'? (--near takes it for somebody else's)",
    }
