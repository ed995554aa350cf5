"""The JSON schema of the document that as_json makes of a record."""

import dataclasses
import inspect
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from recog.render.document_fields import own_fields, written_fields

_SIMPLE: dict[object, dict[str, object]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    Path: {"type": "string"},
    # No "date-time": that is a moment, and cameras seldom say from which time zone their clock is.
    datetime: {
        "type": "string",
        "description": "ISO 8601: date and time where the photo was taken; with the offset from UTC where it is known.",
    },
    NoneType: {"type": "null"},
}


def schema_of(kind: Any) -> dict[str, Any]:  # noqa: PLR0911 - one line a kind of value
    """The schema (2020-12) of a result record, or of anything a record holds; TypeError on what none holds."""
    if kind in _SIMPLE:
        return dict(_SIMPLE[kind])
    if dataclasses.is_dataclass(kind):
        return _of_record(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"enum": [one.value for one in kind]}
    arguments = get_args(kind)
    if get_origin(kind) in {Union, UnionType}:
        return {"anyOf": [schema_of(one) for one in arguments]}
    if get_origin(kind) is tuple and arguments[1:] == (Ellipsis,):
        return {"type": "array", "items": schema_of(arguments[0])}
    if get_origin(kind) is tuple:
        return _of_several([*map(schema_of, arguments)])
    if get_origin(kind) in {dict, Mapping}:
        return {"type": "object", "additionalProperties": schema_of(arguments[1])}
    raise TypeError(f"no schema is known for {kind}")


def _of_several(each: list[dict[str, Any]]) -> dict[str, Any]:
    """So many values, each of one of these kinds: not every reader of OpenAPI documents knows prefixItems."""
    kinds = [one for row, one in enumerate(each) if one not in each[:row]]
    items = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    return {"type": "array", "items": items, "minItems": len(each), "maxItems": len(each)}


def _of_record(record: Any) -> dict[str, Any]:
    """Fields and public properties, thumbnails left out, as as_json has them."""
    kinds = get_type_hints(record)
    kinds |= {
        name: get_type_hints(held.fget)["return"] for name, held in vars(record).items() if isinstance(held, property)
    }
    properties = {name: schema_of(kinds[name]) for name in own_fields(record) if kinds[name] is not bytes}
    properties |= {name: schema_of(str) for name in written_fields(record)}
    return {
        "title": record.__name__,
        "description": inspect.getdoc(record),
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
