"""Results as the documents of HTTP answers: what `recog ... --json` prints, and their schemas."""

from typing import Any

from starlette.responses import Response

from recog.render.as_json import to_json
from recog.render.json_schema import schema_of


class Document(Response):
    """A result record as JSON."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        """The document's bytes, ASCII."""
        return to_json(content).encode("ascii")


def answers(record: Any) -> dict[int | str, dict[str, Any]]:
    """What a route answers where nothing fails, for the OpenAPI document."""
    content = {"application/json": {"schema": schema_of(record)}}
    return {200: {"description": record.__name__, "content": content}}
