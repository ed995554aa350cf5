"""A record's document is what its schema says, and a document with anything else is not."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import jsonschema_rs
import pytest

from recog.render.as_json import to_plain
from recog.render.json_schema import model_of


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class Part:
    """A part."""

    weight: float | None
    jpeg: bytes = b"bytes are left out"

    @property
    def heavy(self) -> bool:
        return (self.weight or 0.0) > 1


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole.

    Of parts.
    """

    number: int
    path: Path
    at: datetime
    size: Size
    parts: tuple[Part, ...]
    pair: tuple[int, str]
    point: tuple[float, float]
    named: dict[str, Part | None]


THEN = datetime(2026, 1, 1, tzinfo=UTC)
WHOLE = Whole(
    1, Path("a"), THEN, Size.LARGE, (Part(2.0), Part(None)), (1, "b"), (0.5, 1.0), {"c": Part(1.0), "d": None}
)


SCHEMA = model_of(Whole).model_json_schema()


def test_a_record_is_what_its_schema_says() -> None:
    schema = SCHEMA
    assert jsonschema_rs.validator_for(schema).is_valid(to_plain(WHOLE))
    assert schema["description"] == "A whole.\n\nOf parts."
    assert schema["required"] == ["number", "path", "at", "size", "parts", "pair", "point", "named"]
    assert schema["$defs"]["Part"]["required"] == ["weight", "heavy"]


@pytest.mark.parametrize(
    "other",
    [
        {"number": 1.5},
        {"number": True},
        {"path": None},
        {"size": "medium"},
        {"parts": [{"weight": 1.0}]},
        {"parts": [{"weight": "1", "heavy": False}]},
        {"pair": [1]},
        {"pair": [1, None]},
        {"point": [1.0]},
        {"point": [1.0, "b"]},
        {"named": {"c": 1}},
        {"more": 1},
    ],
)
def test_anything_else_is_not(other: dict[str, object]) -> None:
    document = to_plain(WHOLE)
    assert isinstance(document, dict)
    assert not jsonschema_rs.validator_for(SCHEMA).is_valid({**document, **other})
