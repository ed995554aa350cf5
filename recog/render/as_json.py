"""Writes result records as one JSON document: snake_case keys, paths as strings, every number finite."""

import dataclasses
import json
from collections.abc import Mapping
from datetime import date
from enum import Enum
from numbers import Integral, Real
from pathlib import Path
from typing import TypeAlias

from recog.render.document_fields import document_fields

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


def to_json(result: object) -> str:
    r"""Write one document, indented, in ASCII: other characters, and bytes of paths that are not UTF-8, are \uXXXX.

    An ASCII document survives every locale, and no name in it can drive a terminal. Raises ValueError on a number that
    is not finite: no result holds one. See docs/decisions/json.md.
    """
    return json.dumps(to_plain(result), indent=2, allow_nan=False)


def to_plain(value: object) -> Json:
    """Turn a record into dicts, lists and scalars: the fields of its document, in order; an array becomes lists.

    Bytes (thumbnails) are left out: the document names faces by id. Raises TypeError on what no result holds.
    """
    match value:
        case Mapping():
            return {str(key): to_plain(held) for key, held in value.items()}
        case tuple() | list():
            return [to_plain(held) for held in value]
        case _ if dataclasses.is_dataclass(value):
            record: type = type(value)
            read = document_fields(record)
            return {name: to_plain(held) for name in read if not isinstance(held := read[name](value), bytes)}
        case _ if callable(listed := getattr(value, "tolist", None)):  # an array; numpy need not be loaded for this
            return to_plain(listed())
    return _scalar(value)


def _scalar(value: object) -> Json:
    match value:
        case Enum():
            return _scalar(value.value)
        case None | bool() | str():
            return value
        case Path():
            return str(value)
        case date():  # a datetime is one too
            return value.isoformat()
        case Integral():
            return int(value)
        case Real():
            return float(value)
    raise TypeError(f"a result holds no {type(value).__name__}")
