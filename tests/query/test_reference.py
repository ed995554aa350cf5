"""The page about the query language says what queries are read as."""

import re

import pytest

from recog.errors import QueryError
from recog.query.reading import DEEPEST, LONGEST, read_query
from recog.query.writing import written
from tests.docs.texts import ROOT
from tests.query.named import by_number, named

PAGE = (ROOT / "docs/reference/find.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|", PAGE, re.MULTILINE)
UNREADABLE = PAGE.index("## What cannot be read")
PEOPLE = ("Anna", "Tom", "Max Braun", "May")
KNOWN = named(*PEOPLE)


@pytest.mark.parametrize(("query", "meaning"), ROWS)
def test_each_query_of_the_page_is_read_as_it_says(query: str, meaning: str) -> None:
    if PAGE.index(f"| `{query}` | `{meaning}` |") < UNREADABLE:
        assert written(read_query(query, KNOWN).condition, by_number(*PEOPLE)) == meaning
        return
    with pytest.raises(QueryError) as caught:
        read_query(query, KNOWN)
    assert str(caught.value) == meaning


def test_the_page_has_many_queries_and_the_limits() -> None:
    assert len(ROWS) > 45
    assert f"at most {LONGEST:,} characters, and at most {DEEPEST} brackets" in PAGE
