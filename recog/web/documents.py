"""Results as HTTP answers: the documents that `recog ... --json` prints, and their models."""

from typing import Any

from starlette.responses import JSONResponse

from recog.render.as_json import to_json
from recog.render.json_schema import model_of


class Document(JSONResponse):
    """A result record as JSON."""

    def render(self, content: object) -> bytes:
        """Return the bytes of the document, which are ASCII."""
        return to_json(content).encode("ascii")


def answers(record: type) -> dict[int | str, dict[str, Any]]:
    """Return the successful response of a route for the OpenAPI document."""
    return {200: {"description": record.__name__, "model": model_of(record)}}
