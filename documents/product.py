"""Parts of the documents that are made from the code: verbs, settings, networks, the HTTP API.

`make docs` writes them into the pages with cog, between `[[[cog` and `[[[end]]]`.
"""

import ast
from collections.abc import Iterator
from inspect import getsource
from itertools import pairwise
from textwrap import dedent
from typing import Any

from typer.testing import CliRunner

from benchmarks.measured import RESULTS
from benchmarks.tables.table import table
from recog.cli.app import app
from recog.cli.reference import markdown, verbs
from recog.config import Settings
from recog.web.access import Access
from recog.web.app import create_app
from recog.web.place import Place
from recog.weights.registry import SPECS

_NOBODY = "a token that nobody sends"
_COMMON = "  --json "
"""The first of the options that every verb takes; they stand last in every help page."""


def verb_table() -> str:
    """Return one row for each verb with the first line of its help."""
    return markdown()


def verb_pages() -> str:
    """Return a section for each verb: usage, what it does, its own options, examples."""
    return "\n".join(_verb_page(name) for name, _ in verbs())


def _verb_page(name: str) -> str:
    shown = CliRunner().invoke(app, [*name.split(), "--help"], prog_name="recog", env={"COLUMNS": "100"})
    usage, _, rest = shown.output.partition("\n\n")
    about, _, options = rest.partition("\nOptions:\n")
    about, _, _ = about.partition("\nArguments:\n")
    about, _, example = about.partition("  Example:\n")
    own, _, _ = options.partition(_COMMON)
    parts = [f"### recog {name}", f"```text\n{' '.join(usage.removeprefix('Usage: ').split())}\n```", _prose(about)]
    if own.strip():
        parts.append(f"```text\n{own.rstrip()}\n```")
    if example.strip():
        lines = "\n".join(line.strip() for line in example.strip().splitlines())
        parts.append(f"```sh\n{lines}\n```")
    return "\n\n".join(parts) + "\n"


def _prose(text: str) -> str:
    paragraphs = (" ".join(paragraph.split()) for paragraph in text.split("\n\n"))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def settings() -> str:
    """Return every setting with its environment variable, default and meaning."""
    rows, meanings = [], setting_meanings()
    for name, field in Settings.model_fields.items():
        default = "platform's data or cache directory" if field.default_factory is not None else field.default
        shown = "" if default is None else f"`{default}`" if field.default_factory is None else default
        rows.append([f"`{name}`", f"`RECOG_{name.upper()}`", shown, meanings[name]])
    return table(["Setting", "Environment", "Default", "Meaning"], *rows)


def setting_meanings() -> dict[str, str]:
    """Return the docstring of every setting in one line; Python keeps none of a field."""
    (source,) = ast.parse(dedent(getsource(Settings))).body
    body = source.body if isinstance(source, ast.ClassDef) else []
    meanings = {}
    for field, after in pairwise(body):
        match field, after:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                meanings[name] = " ".join(text.split())
    return meanings


def networks() -> str:
    """Return every network with what it was trained on, its published score and its licence."""
    rows = [[f"`{one.name}`", one.role.value, one.trained_on, one.scores, one.licence] for one in SPECS.values()]
    return table(["Network", "Role", "Trained on", "Published", "Licence"], *rows)


def demo() -> str:
    """Return what `make demo` printed."""
    return f"```console\n{(RESULTS / 'demo.txt').read_text(encoding='utf-8').strip()}\n```\n"


def routes() -> str:
    """Return one row for each question and act under /api."""
    rows = [
        [f"`{method.upper()} {path}`", about, f"`{answer}`"]
        for method, path, about, answer in _operations(openapi())
    ]  # fmt: skip
    return table(["Request", "What it does", "Answer"], *rows)


def statuses() -> str:
    """Return every status that a request under /api may get, with its meaning."""
    meanings: dict[str, str] = {}
    for path, methods in openapi()["paths"].items():
        if path.startswith("/api/"):
            for operation in methods.values():
                meanings |= {status: answer["description"] for status, answer in operation["responses"].items()}
    meanings["200"] = "done; the body is the answer named above"
    return table(["Status", "Meaning"], *([f"`{status}`", meanings[status]] for status in sorted(meanings)))


def openapi() -> dict[str, Any]:
    """Return the OpenAPI document of `recog serve`. No request is made, so no library stands behind the routes."""
    library: Any = None
    document: dict[str, Any] = create_app(library, access=Access(_NOBODY), place=Place("127.0.0.1", 8765)).app.openapi()
    return document


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if path.startswith("/api/"):
                about = " ".join(operation.get("description", operation["summary"]).split())
                yield method, path, about, operation["responses"]["200"]["description"]
