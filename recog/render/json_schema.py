"""Result records as pydantic models, of which FastAPI writes the OpenAPI document."""

import builtins
import collections.abc
import dataclasses
import inspect
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, reduce
from operator import or_
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

from recog.render.document_fields import own_fields, written_fields

Moment = Annotated[
    str,
    Field(
        description="ISO 8601: date and time where the photo was taken; with the offset from UTC where it is known.",
    ),
]
"""No "date-time", which is a moment: cameras seldom say in which time zone their clock runs."""
Day = Annotated[str, Field(description="ISO 8601: YYYY-MM-DD.", json_schema_extra={"format": "date"})]
_SIMPLE: Mapping[Any, Any] = {Path: str, datetime: Moment, date: Day}


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", protected_namespaces=())


@cache
def model_of(record: type) -> type[BaseModel]:
    """Return the model of the document that recog.render.as_json makes of a record; all its fields are required."""
    kinds = get_type_hints(record)
    kinds |= {
        name: get_type_hints(held.fget)["return"] for name, held in vars(record).items() if isinstance(held, property)
    }
    fields = {name: _in_json(kinds[name]) for name in own_fields(record) if kinds[name] is not bytes}
    fields |= dict.fromkeys(written_fields(record), str)
    given: dict[str, Any] = {name: (kind, ...) for name, kind in fields.items()}
    return create_model(record.__name__, __base__=_Document, __doc__=inspect.getdoc(record), **given)


def _in_json(kind: Any) -> Any:
    """Return the type that a document has in the place of a record's type."""
    if dataclasses.is_dataclass(kind):
        return model_of(kind)  # type: ignore[arg-type] # a class, because it comes from an annotation
    arguments = tuple(map(_in_json, get_args(kind)))
    match get_origin(kind):
        case types.UnionType | typing.Union:
            return reduce(or_, arguments)
        case builtins.tuple:
            return tuple.__class_getitem__(arguments)
        case builtins.dict | collections.abc.Mapping:
            return dict.__class_getitem__(arguments)
    return _SIMPLE.get(kind, kind)
