"""Result records to one JSON document: snake_case keys, paths as strings, every number finite."""

import dataclasses
import json
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from numbers import Integral, Real
from pathlib import Path
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


def to_json(result: object) -> str:
    r"""One document, indented, in ASCII: other characters, and bytes of paths that are no UTF-8, stand as \uXXXX.

    ASCII because a document then survives every locale and no name in it can drive a terminal. Raises ValueError
    on a number that is not finite: no result holds one.
    """
    return json.dumps(to_plain(result), indent=2, allow_nan=False)


def to_plain(value: object) -> Json:  # noqa: PLR0911 - one line a kind of value
    """A record as dicts, lists and scalars: its fields and its public properties, in order; an array as lists.

    Bytes (thumbnails) are left out: the document names faces by id. Raises TypeError on what no result holds.
    """
    match value:
        case Enum():
            return to_plain(value.value)
        case None | bool() | str():
            return value
        case Path():
            return str(value)
        case datetime():
            return value.isoformat()
        case Integral():
            return int(value)
        case Real():
            return float(value)
        case Mapping():
            return {str(key): to_plain(held) for key, held in value.items()}
        case tuple() | list():
            return [to_plain(held) for held in value]
        case _ if callable(listed := getattr(value, "tolist", None)):  # an array; numpy need not be loaded for this
            return to_plain(listed())
        case _ if dataclasses.is_dataclass(value):
            return {name: to_plain(held) for name in _names(type(value)) if not _is_bytes(held := getattr(value, name))}
    raise TypeError(f"a result holds no {type(value).__name__}")


def _names(record: type) -> list[str]:
    fields = [field.name for field in dataclasses.fields(record)]
    properties = [name for name, held in vars(record).items() if isinstance(held, property)]
    return fields + properties


def _is_bytes(value: object) -> bool:
    return isinstance(value, bytes)
