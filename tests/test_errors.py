"""Errors: they keep their facts on the way from one process to another."""

import pickle
from pathlib import Path

import pytest

from recog.errors import (
    IndexUnreadableError,
    NearNameError,
    QueryError,
    RecogError,
    SeveralFacesFoundError,
    UnknownPersonError,
    UnreadablePhotoError,
    WayOut,
    WeightsDamagedError,
)


@pytest.mark.parametrize(
    "error",
    [
        RecogError("no", way_out=WayOut.INDEX),
        IndexUnreadableError("no", kind="absent", way_out=WayOut.REBUILD_INDEX),
        NearNameError("Ada", "Eda"),
        QueryError("no", "ada & ", 4, 5, alike=("Ada",)),
        SeveralFacesFoundError(Path("a.jpg"), 2, second=True),
        UnknownPersonError("no", alike=("Ada",), known=3),
        UnreadablePhotoError("no", reason="damaged"),
        WeightsDamagedError("no", name="sface"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_is_the_same_in_another_process(error: RecogError) -> None:
    there = pickle.loads(pickle.dumps(error))  # noqa: S301 - its own bytes
    assert (type(there), str(there), vars(there)) == (type(error), str(error), vars(error))
