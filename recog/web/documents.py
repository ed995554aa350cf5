"""Results as the documents of HTTP answers: what `recog ... --json` prints."""

from starlette.responses import Response

from recog.render.as_json import Json, to_json, to_plain


class Document(Response):
    """A result record as JSON."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        """The document's bytes, ASCII."""
        return to_json(content).encode("ascii")


def fields(result: object, *names: str) -> dict[str, Json]:
    """Some fields of a record's document."""
    return {name: to_plain(getattr(result, name)) for name in names}
