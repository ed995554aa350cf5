"""Every word of a page is a message that can be translated: none stands bare in a template or a script."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import nodes

from recog.render.language import languages
from recog.render.templating import environment
from recog.web.shell import PACKAGE

WEB = Path(__file__).resolve().parents[2] / "recog" / "web"
TEMPLATES = [*sorted((WEB / "templates").glob("*.html")), WEB.parent / "render" / "templates" / "cards.html"]
SCRIPTS = sorted((WEB / "assets").glob("*.js"))
MESSAGES = {"_", "gettext", "ngettext", "pgettext"}
SHOWN = {"alt", "aria-label", "placeholder", "title"}
"""Attributes whose value is read by people."""
NAMES = {"recog", "UTC", "- recog"}
"""What is the same in every language."""
VALUE = "\0"
WORD = re.compile(r"[^\W\d_]{2}")


class Bare(HTMLParser):
    """Collects the words of a page that no message holds."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside.append(tag)
        self.found += [value for name, value in attrs if name in SHOWN and WORD.search(value or "") and value]

    def handle_data(self, data: str) -> None:
        words = data.replace(VALUE, " ").strip()
        if WORD.search(words) and words not in NAMES and self.inside[-1:] not in (["script"], ["style"]):
            self.found.append(words)


def markup(tree: nodes.Node) -> str:
    """Return the HTML that a template writes itself, with a sign for each value."""
    parts = [part for output in tree.find_all(nodes.Output) for part in output.nodes]
    return "".join(part.data if isinstance(part, nodes.TemplateData) else VALUE for part in parts)


def words_of(node: nodes.Node) -> Iterator[str]:
    """Yield the strings of a template that look like words for people and are not those of a message."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in MESSAGES:
        for argument in node.kwargs:
            yield from words_of(argument)
        return
    if isinstance(node, nodes.Extends | nodes.Include | nodes.FromImport):
        return
    if isinstance(node, nodes.Filter) and node.name == "count":  # its nouns are messages
        node = node.node if node.node is not None else node
    if (
        isinstance(node, nodes.Const)
        and isinstance(node.value, str)
        and re.match(r"[A-Z]?[a-z]+[ ,?!.]|[A-Z][a-z]", node.value)
    ):
        yield node.value
    for child in node.iter_child_nodes():
        yield from words_of(child)


STYLES = {"plain give", "quiet others", "light dark"}
"""Classes of elements, and what a browser reads."""


def bare(source: str) -> list[str]:
    tree = environment((PACKAGE,)).parse(source)
    return [*Bare(markup(tree)).found, *(word for word in words_of(tree) if word not in STYLES)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_word_of_a_template_is_bare(path: Path) -> None:
    assert bare(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Who is this?</p>",
        '<img alt="A photo">',
        '{{ button("Yes", "confirm") }}',
        '<p>{{ "Pause here" if one else _("Go on") }}</p>',
        '<p aria-label="{{ one }} and {{ other }}">',
    ],
)
def test_a_bare_word_is_seen(source: str) -> None:
    assert bare(source)


def test_what_is_a_message_is_not_bare() -> None:
    assert bare('<p>{{ _("Who is this?") }} {% trans %}Go <b>on</b>{% endtrans %} {{ 3|count("face") }}</p>') == []


def bare_of_script(code: str) -> list[str]:
    code = re.sub(r"^\s*//.*$|\s//\s.*$", "", code, flags=re.MULTILINE)
    code = re.sub(r"(gettext|ngettext)\(\s*(\"[^\"]*\",?\s*){1,2}", "", code)
    code = re.sub(r"const was = \[.*\];", "", code)  # messages that ngettext gets
    told = [text for found in re.findall(r'"([^"\n]*)"|`([^`]*)`', code) for text in found]
    return [text for text in told if re.match(r"[A-Z][a-z]+( [a-z]|$)|[a-z]+ [a-z]+ [a-z]+", text) and text not in KEYS]


KEYS = {"Enter", "Escape", "Home", "End"}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_sentence_of_a_script_is_bare(path: Path) -> None:
    assert bare_of_script(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_message_of_a_script_is_translated_for_it(path: Path) -> None:
    asked = re.findall(r"\bn?gettext\(\s*\"([^\"]*)\"", path.read_text(encoding="utf-8"))
    for language in languages()[1:]:
        assert [one for one in asked if one not in language.script_messages] == [], (
            "make languages sees no message in the arguments of another one"
        )


def test_a_bare_sentence_of_a_script_is_seen() -> None:
    assert bare_of_script('say("No face is chosen"); // "Or is one?"\nbutton.textContent = "Undo";') == [
        "No face is chosen",
        "Undo",
    ]
    assert (
        bare_of_script('say(gettext("No face is chosen")); ngettext("%(num)s cat", "%(num)s cats here now", 2)') == []
    )
