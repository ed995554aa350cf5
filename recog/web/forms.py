"""Forms of pages, which work without scripts."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, Request

from recog.errors import RecogError

FORM_HEADERS = {"Referrer-Policy": "same-origin"}
"""A page with a form says who asks: without a referrer, browsers send no origin with a form."""


async def _sent(request: Request) -> bytes:
    return await request.body()


Sent = Annotated[bytes, Depends(_sent)]
"""What a route takes to read a form: the body of the request."""


def fields_of(sent: bytes, *, most: int) -> Mapping[str, list[str]]:
    """Return the fields of a form with their values, empty ones left out; RecogError if it is none."""
    try:
        return parse_qs(sent.decode(), max_num_fields=most)
    except ValueError as error:
        raise RecogError("the form cannot be read: open the page again") from error


def field_of(fields: Mapping[str, list[str]], name: str, *, called: str) -> str:
    """Return the value of a field; RecogError if it was left empty."""
    value = fields.get(name, [""])[-1]
    if not value.strip():
        raise RecogError(f"the form lacks {called}: fill it in")
    return value
