"""Options as values: a frozen dataclass whose fields become options of a verb."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable, Iterator
from inspect import Parameter
from typing import Any, get_type_hints


def option_values(function: Callable[..., None]) -> Callable[..., None]:
    """Replace each parameter of a verb that is a dataclass by the fields of the dataclass.

    The verb takes a Session first, which stays. The fields are annotated like parameters of a Typer command. Write it
    below `@verb`:

        @verb
        @option_values
        def lfw(session: Session, photos: Photos, options: PairOptions) -> None: ...
    """
    signature = inspect.signature(function, eval_str=True)
    session, *own = signature.parameters.values()
    values: dict[str, Any] = {each.name: each.annotation for each in own if dataclasses.is_dataclass(each.annotation)}
    parameters = [session]
    for each in own:
        parameters += _fields(values[each.name]) if each.name in values else [each.replace(kind=Parameter.KEYWORD_ONLY)]

    @functools.wraps(function)
    def run(session: object, **given: Any) -> None:
        made = {
            name: value(**{field.name: given.pop(field.name) for field in dataclasses.fields(value)})
            for name, value in values.items()
        }
        function(session, **given, **made)

    vars(run)["__signature__"] = signature.replace(parameters=parameters)
    return run


def _fields(value: Any) -> Iterator[Parameter]:
    """Yield the fields of a dataclass as keyword parameters; a field without a default is required."""
    hints = get_type_hints(value, include_extras=True)
    for field in dataclasses.fields(value):
        default = Parameter.empty if field.default is dataclasses.MISSING else field.default
        yield Parameter(field.name, Parameter.KEYWORD_ONLY, annotation=hints[field.name], default=default)
