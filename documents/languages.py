"""Bring the catalogs of the pages up to date: `python -m documents.languages`, or `make languages`.

Reads the messages of the templates, the scripts and the modules that make pages, and writes them to recog.pot and to
each TAG.po; then compiles each to TAG.mo, and its messages of scripts to TAG.json. Prints what a TAG.po does not
translate yet, and ends with status 1 if there is any.
"""

import io
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ROOT / "recog" / "render" / "languages"
_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)
_SOURCES = [("**.py", "python"), ("web/templates/**.html", "jinja2"), ("render/templates/*.html", "jinja2")]
_SCRIPTS = [("web/assets/**.js", "javascript")]
_KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "gettext_noop": None,
    "_counted": (1, 2),
}
_OPTIONS = {"**.html": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}}


def template() -> Catalog:
    """Return the catalog of all messages, without translations."""
    made = Catalog(project="recog", charset="utf-8")
    for file, _, message, comments, context in _messages():
        made.add(message, None, [(file, 0)], auto_comments=comments, context=context)
    return made


def catalogs() -> dict[str, Catalog]:
    """Return the catalog of each language, by its tag."""
    found = {}
    for path in sorted(LANGUAGES.glob("*.po")):
        with path.open("rb") as file:
            found[path.stem] = read_po(file, locale=path.stem)
    return found


def written(catalog: Catalog) -> bytes:
    """Return a catalog as a .po file has it."""
    file = io.BytesIO()
    write_po(file, catalog, width=120, omit_header=True, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    return _header(catalog).encode() + file.getvalue()


def _header(catalog: Catalog) -> str:
    """Return the entry of a .po file that describes it, without dates, which would change with each run."""
    language = [f"Language: {catalog.locale}", f"Plural-Forms: {catalog.plural_forms}"] if catalog.locale else []
    lines = ["Project-Id-Version: recog", *language, "Content-Type: text/plain; charset=utf-8"]
    return 'msgid ""\nmsgstr ""\n' + "".join(f'"{line}\\n"\n' for line in lines) + "\n"


def compiled(catalog: Catalog) -> bytes:
    """Return a catalog as a .mo file has it; its dates are always the same, so that it changes with its messages."""
    catalog.creation_date = catalog.revision_date = _NO_DATE
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def script_messages(catalog: Catalog) -> bytes:
    """Return the messages of the scripts as JSON: each with its forms."""
    own = [one for one in catalog if one.id and any(file.endswith(".js") for file, _ in one.locations)]
    forms = {key_of(one): forms_of(one) for one in own}
    return (json.dumps(forms, ensure_ascii=False, indent=0, sort_keys=True) + "\n").encode()


def ids_of(message: Message) -> list[str]:
    """Return a message in English: for one thing, and for many if it counts something."""
    return [message.id] if isinstance(message.id, str) else list(message.id)


def forms_of(message: Message) -> list[str]:
    """Return the forms of a translation, of which those that are missing are empty."""
    said = message.string
    return [said or ""] if said is None or isinstance(said, str) else [str(form or "") for form in said]


def key_of(message: Message) -> str:
    """Return what a script looks a message up by: its only form, or that for one thing."""
    return ids_of(message)[0]


def untranslated(catalog: Catalog) -> Iterator[str]:
    """Yield each message that the catalog lacks, in one of its forms."""
    for message in catalog:
        if message.id and (message.fuzzy or not all(forms_of(message))):
            yield key_of(message)


def _messages() -> Iterator[tuple[str, int, str | tuple[str, ...], list[str], str | None]]:
    folder = ROOT / "recog"
    found = extract_from_dir(folder, [*_SOURCES, *_SCRIPTS], _OPTIONS, _KEYWORDS, strip_comment_tags=True)
    return iter(sorted(found, key=lambda one: (one[0], one[1])))


def main() -> int:
    """Write everything; return the exit status."""
    made = template()
    (LANGUAGES / "recog.pot").write_bytes(written(made))
    missing = 0
    for tag, catalog in catalogs().items():
        catalog.update(made, no_fuzzy_matching=True)
        (LANGUAGES / f"{tag}.po").write_bytes(written(catalog))
        (LANGUAGES / f"{tag}.mo").write_bytes(compiled(catalog))
        (LANGUAGES / f"{tag}.json").write_bytes(script_messages(catalog))
        for message in untranslated(catalog):
            print(f"{tag}: not translated: {message}")
            missing += 1
    return int(missing > 0)


if __name__ == "__main__":
    sys.exit(main())
