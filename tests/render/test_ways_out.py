"""What the command line says of an error."""

import json
from pathlib import Path

import pytest

from recog.errors import (
    CatalogUnusableError,
    IndexUnreadableError,
    NearNameError,
    PhotoTooLargeError,
    RecogError,
    SeveralFacesFoundError,
    UnknownPersonError,
    UnreadablePhotoError,
    WayOut,
    WeightsDamagedError,
    WeightsMissingError,
)
from recog.library.indexing.results import FailedPhoto
from recog.render.as_json import to_json
from recog.render.ways_out import detail_of_photo, with_way_out


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RecogError("It is so"), "It is so"),
        (
            PhotoTooLargeError("a.jpg has 900 MB: save it smaller, or leave it out", reason="too_large"),
            "a.jpg has 900 MB: save it smaller, or leave it out with --exclude",
        ),
        (
            UnreadablePhotoError("a.jpg is damaged: restore it, or leave it out", reason="damaged"),
            "a.jpg is damaged: restore it, or leave it out",
        ),
        (
            NearNameError("Weiss", "Weiß"),
            "nobody is called 'Weiss'; did you mean 'Weiß'? (--near takes 'Weiss' for somebody else)",
        ),
        (
            SeveralFacesFoundError(Path("ann.png"), 3),
            "ann.png shows 3 faces, and one is meant: choose it with --face N, 1 to 3 from left to right",
        ),
        (
            SeveralFacesFoundError(Path("ann.png"), 2, second=True),
            "ann.png shows 2 faces, and one is meant: choose it with --other-face N, 1 to 2 from left to right",
        ),
        (UnknownPersonError("nobody has the number 9"), "nobody has the number 9"),
        (UnknownPersonError("nobody is Ann", known=0), "nobody is Ann: 'recog enrol NAME PHOTO' gives the first one"),
        (UnknownPersonError("nobody is Ann", known=5), "nobody is Ann: 'recog people list' shows the 5 known names"),
        (
            UnknownPersonError("nobody is Ann; did you mean 'Anne'?", alike=("Anne",), known=5, may_be_new=True),
            "nobody is Ann; did you mean 'Anne'? (--new makes somebody new of that name)",
        ),
        (
            RecogError("the photos are gone", way_out=WayOut.EXCLUDE_LESS),
            "the photos are gone: look at --exclude, or name another folder",
        ),
        (
            WeightsDamagedError("a.onnx is not the mtcnn that was put there", name="mtcnn"),
            "a.onnx is not the mtcnn that was put there; replace it by 'recog models pull mtcnn'",
        ),
        (
            IndexUnreadableError("there is no search index at lib", kind="absent", way_out=WayOut.REBUILD_INDEX),
            "there is no search index at lib: run 'recog index-rebuild'",
        ),
        (
            CatalogUnusableError("the database is damaged, and was left as it is", way_out=WayOut.RESTORE),
            (
                "the database is damaged, and was left as it is: if this comes again, put a backup in its place with "
                "'recog restore FILE', or move it away and index the photos again"
            ),
        ),
        (
            WeightsMissingError("no source brought mtcnn, which are in a.onnx", way_out=WayOut.BRING_WEIGHTS),
            (
                "no source brought mtcnn, which are in a.onnx: try again with a network connection, or put them into "
                "a directory and name it in RECOG_WEIGHTS"
            ),
        ),
    ],
)
def test_an_error_is_said_with_its_way_out(error: RecogError, said: str) -> None:
    assert with_way_out(error) == said


@pytest.mark.parametrize("way_out", WayOut)
def test_no_way_out_is_without_words(way_out: WayOut) -> None:
    assert with_way_out(RecogError("It is so", way_out=way_out)).startswith("It is so: ")


def test_a_sentence_of_an_earlier_recog_names_the_option_once() -> None:
    kept = "a.jpg may not be read: leave it out with --exclude"
    assert detail_of_photo("forbidden", kept) == kept
    assert json.loads(to_json(FailedPhoto(Path("a.jpg"), "forbidden", "leave it out")))["detail"] == (
        "leave it out with --exclude"
    )
