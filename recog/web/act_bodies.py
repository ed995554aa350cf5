"""What the acts of the API are given: the JSON of each POST to /api/ACT."""

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, model_validator

from recog.web.numbers import LARGEST

MOST_FACES = 100_000
LARGEST_SIDE = 1_000_000
"""Pixels; no photo that can be decoded has a longer side."""
Name = Annotated[str, Field(min_length=1, max_length=200)]


def _whole(given: object) -> object:
    """Turn 6434.0 into 6434: JSON has one kind of number, and a schema calls each without a fraction an integer."""
    return int(given) if isinstance(given, float) and given.is_integer() else given


def _day(given: object) -> object:
    """Read a day as JSON has it, YYYY-MM-DD and nothing else; what is none is left to the schema, which refuses it."""
    try:
        return date.fromisoformat(given) if isinstance(given, str) and len(given) == len("YYYY-MM-DD") else given
    except ValueError:
        return given


FaceId = Annotated[int, Field(ge=1, le=LARGEST), BeforeValidator(_whole)]
Pixel = Annotated[float, Field(ge=0, le=LARGEST_SIDE, allow_inf_nan=False)]
FaceIdList = Annotated[list[FaceId], Field(min_length=1, max_length=MOST_FACES)]


class _Act(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class NamedFaces(_Act):
    """Faces that are, or are not, a person."""

    name: Name
    face_ids: FaceIdList


_FACES_OR_CLUSTER: dict[str, JsonValue] = {
    "anyOf": [
        {"required": ["face_ids"], "properties": {"face_ids": {"minItems": 1}}},
        {"required": ["cluster"], "properties": {"cluster": {"type": "integer"}}},
    ]
}


class NamedGroup(_Act):
    """Faces, or a remembered cluster, or both, that are a person.

    `new` makes a new person; with `near`, even if somebody has nearly the same name.
    """

    model_config = ConfigDict(json_schema_extra=_FACES_OR_CLUSTER)

    name: Name
    face_ids: Annotated[list[FaceId], Field(max_length=MOST_FACES)] = []
    cluster: FaceId | None = None
    new: bool = False
    near: bool = False

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.face_ids and self.cluster is None:
            raise ValueError("give face_ids or a cluster")
        return self


class DrawnBox(_Act):
    """A face that no detector found: a box in pixels of the upright photo, and who it is."""

    photo_id: FaceId
    left: Pixel
    top: Pixel
    width: Pixel
    height: Pixel
    name: Name
    near: bool = False


class SomeFaces(_Act):
    """Faces."""

    face_ids: FaceIdList


class IgnoredOnes(SomeFaces):
    """Faces to ignore; with `nameless`, those that have a name by now are left out.

    With `others`, everybody else without a name on the photos of these faces is ignored, and not the faces.
    """

    nameless: bool = False
    others: bool = False


class Renaming(_Act):
    """A person's old and new name; with `near`, even if somebody has nearly the new name."""

    old: Name
    new: Name
    near: bool = False


class Merging(_Act):
    """Two people who become one: the target stays."""

    source: Name
    target: Name


class Hiding(_Act):
    """A person to hide, or to show again."""

    name: Name
    hidden: bool = True


class TwoPeople(_Act):
    """Two different people."""

    name: Name
    other: Name


class Twins(TwoPeople):
    """Two people who are twins, or are not."""

    twins: bool = True


class Splitting(_Act):
    """A name that several people share, and the squared distance up to which faces belong together."""

    name: Name
    threshold: Annotated[float, Field(gt=0, le=4)] | None = None


class Covering(_Act):
    """A person, and the face of theirs that stands for them; null lets recog choose."""

    name: Name
    face_id: FaceId | None


class Birth(_Act):
    """A person, and the day of birth; null if it is not known."""

    name: Name
    born: Annotated[date | None, BeforeValidator(_day)]


class Undoing(_Act):
    """The act to undo, on which no later one may build; without it, the latest one that stands."""

    act: FaceId | None = None
