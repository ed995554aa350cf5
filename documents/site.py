"""Hooks of the site: include pages of the repository, link to its files, list the decisions.

MkDocs calls `on_page_markdown` for every page. A link that leaves `docs/` becomes a link to the file in the
repository. Its fragment may be the name of a function or class, which becomes the line of the definition. A target that
does not exist is a warning, and `mkdocs build --strict` fails on it.
"""

import ast
import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
_LINK = re.compile(r"\]\((?P<target>[^)#\s]*)(?:#(?P<fragment>[^)\s]*))?\)")
_INCLUDE = re.compile(r"<!-- include (\S+) -->\n?")
_DECISIONS = "<!-- decisions -->"
_log = logging.getLogger("mkdocs.hooks.recog")


class _File(Protocol):
    src_uri: str


class _Page(Protocol):
    file: _File


def on_page_markdown(markdown: str, *, page: _Page, config: dict[str, object], files: object) -> str:  # noqa: ARG001
    """Return a page's text with its inclusions, its links to the repository, and the list of decisions."""
    source = DOCS / page.file.src_uri
    repository = f"{str(config['repo_url']).rstrip('/')}/blob/main"
    parts = _INCLUDE.split(markdown)  # text, name, text, name, text
    written = [_linked(text, source, repository, source) for text in parts[::2]]
    for number, name in enumerate(parts[1::2]):
        included = (ROOT / name).read_text(encoding="utf-8")
        written[number] += _linked(included, ROOT / name, repository, source)
    return "".join(written).replace(_DECISIONS, "\n".join(decisions()))


def decisions() -> Iterator[str]:
    """Yield a list item for each page of docs/decisions, in the order of the titles."""
    pages = [path for path in (DOCS / "decisions").glob("*.md") if path.name != "index.md"]
    for title, name in sorted((title_of(path), path.name) for path in pages):
        yield f"- [{title}]({name})"


def title_of(path: Path) -> str:
    """Return the first heading of a page; its file name if it has none."""
    found = re.search(r"^# (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else path.stem


def line_of(path: Path, name: str) -> int | None:
    """Return the line on which `name`, such as `PhotoLibrary.identify`, is defined in a Python file."""
    body: list[ast.stmt] = ast.parse(path.read_text(encoding="utf-8")).body
    line = None
    for part in name.split("."):
        found = [one for one in body if isinstance(one, ast.FunctionDef | ast.ClassDef) and one.name == part]
        if not found:
            return None
        line, body = found[0].lineno, found[0].body
    return line


def repository_link(source: Path, target: str, fragment: str | None) -> str | None:
    """Return the path in the repository, with `#L<line>` for a definition, that a link of `source` leads to.

    None if the link stays inside the site. Raises ValueError if there is no such file or definition.
    """
    if not target or "://" in target or target.startswith("mailto:"):
        return None
    path = Path(os.path.normpath(source.parent / target))
    if path.is_relative_to(DOCS):
        return None
    if not path.exists():
        raise ValueError(f"{source.relative_to(ROOT)} links to {target}, which does not exist")
    place = path.relative_to(ROOT).as_posix()
    if not fragment:
        return place
    if path.suffix != ".py":
        return f"{place}#{fragment}"
    line = line_of(path, fragment)
    if line is None:
        raise ValueError(f"{source.relative_to(ROOT)} links to {fragment} in {place}, which does not define it")
    return f"{place}#L{line}"


def _linked(text: str, source: Path, repository: str, page: Path) -> str:
    """Return the text of `source` as a part of `page`, its links made to lead to the right place from there."""

    def replaced(link: re.Match[str]) -> str:
        try:
            place = repository_link(source, link["target"], link["fragment"])
        except ValueError as error:
            _log.warning("%s", error)
            return link[0]
        if place is not None:
            return f"]({repository}/{place})"
        if source == page or "://" in link["target"] or not link["target"]:
            return link[0]
        target = os.path.relpath(source.parent / link["target"], page.parent)
        return f"]({target}#{link['fragment']})" if link["fragment"] else f"]({target})"

    return _LINK.sub(replaced, text)
