"""Whether a JSON value is what a schema says, for the few words of JSON Schema that recog's schemas use."""

from typing import Any

_KINDS: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
    "null": (type(None),),
    "array": (list,),
    "object": (dict,),
}
KNOWN = frozenset({
    "type", "enum", "anyOf", "items", "minItems", "maxItems", "properties", "required",
    "additionalProperties", "title", "description", "format",
})  # fmt: skip


def problems(value: Any, schema: Any, where: str = "$") -> list[str]:
    """Where and how the value differs; nothing where it does not."""
    assert set(schema) <= KNOWN, set(schema) - KNOWN
    if "enum" in schema:
        return [] if value in schema["enum"] else [f"{where}: {value!r} is none of {schema['enum']}"]
    if "anyOf" in schema:
        tried = [problems(value, one, where) for one in schema["anyOf"]]
        return [] if [] in tried else min(tried, key=len)
    kinds = _KINDS[schema["type"]]
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        return [f"{where}: {value!r} is no {schema['type']}"]
    if isinstance(value, list):
        return _of_list(value, schema, where)
    if isinstance(value, dict):
        return _of_object(value, schema, where)
    return []


def _of_list(value: list[Any], schema: Any, where: str) -> list[str]:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        return [f"{where}: {len(value)} items"]
    return [one for row, item in enumerate(value) for one in problems(item, schema["items"], f"{where}[{row}]")]


def _of_object(value: dict[str, Any], schema: Any, where: str) -> list[str]:
    own = schema.get("properties", {})
    found = [f"{where}: no {name}" for name in schema.get("required", ()) if name not in value]
    for name, held in value.items():
        of_it = own.get(name, schema["additionalProperties"])
        found += [f"{where}: has {name}"] if of_it is False else problems(held, of_it, f"{where}.{name}")
    return found
