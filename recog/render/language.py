"""The language that pages speak: English, unless a request asks for another one that has a catalog.

A message is English text with %(name)s for values. languages/TAG.po translates the messages, and `make languages`
compiles it: see docs/how-to/translate.md. The command line chooses no language, so it speaks English.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files

_RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"})
_FOLDER = "languages"


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """A language: its BCP 47 tag, its name for itself, and its messages.

    script_messages are those of the pages' scripts: a message is a list of its forms, one for each plural.
    """

    tag: str
    name: str
    messages: NullTranslations = field(default_factory=NullTranslations)
    script_messages: Mapping[str, list[str]] = field(default_factory=dict)
    plural: str = "n != 1"
    """The place of a number's form among those of a message: an expression in `n` of C, as gettext writes it."""

    @property
    def direction(self) -> str:
        """The direction in which the language is written, as HTML calls it."""
        return "rtl" if self.tag.partition("-")[0] in _RIGHT_TO_LEFT else "ltr"


ENGLISH = Language("en", "English")
_NAMES = {"de": "Deutsch", "fr": "Français"}
_SPOKEN: ContextVar[Language] = ContextVar("language", default=ENGLISH)


@cache
def languages() -> tuple[Language, ...]:
    """Return English and every language that recog has a catalog of."""
    return ENGLISH, *(_read(tag, name) for tag, name in _NAMES.items())


def _read(tag: str, name: str) -> Language:
    folder = files(__package__).joinpath(_FOLDER)
    with folder.joinpath(f"{tag}.mo").open("rb") as compiled:
        messages = GNUTranslations(compiled)
    _, _, plural = messages.info()["plural-forms"].partition("plural=")
    script_messages = json.loads(folder.joinpath(f"{tag}.json").read_text(encoding="utf-8"))
    return Language(tag, name, messages, script_messages, plural.strip(" ;"))


def spoken() -> Language:
    """Return the language of what is written now."""
    return _SPOKEN.get()


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Write in a language until the block ends; threads that the block starts through asyncio do so too."""
    token = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def gettext(message: str, **values: object) -> str:
    """Return a message in the language that is spoken, with its values."""
    return spoken().messages.gettext(message) % values


def ngettext(one: str, many: str, number: int, **values: object) -> str:
    """Return a message about a number of things in the language that is spoken, with its values."""
    return spoken().messages.ngettext(one, many, number) % values


def pgettext(context: str, message: str, **values: object) -> str:
    """Return a message whose translation depends on the context in the language that is spoken, with its values."""
    return spoken().messages.pgettext(context, message) % values


def gettext_noop(message: str) -> str:
    """Mark a message that is translated later, each time when it is shown."""
    return message
