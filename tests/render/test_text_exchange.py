"""What left and entered, as text."""

from dataclasses import replace
from pathlib import Path

from recog.library.exchange.records import LeftOut, NameConflict, NamesExport, NamesImport, ReplacedName, Unmatched
from tests.texts import to_text

EVIL = "[bold]\x1b[2J\u202e\nEve"
SHOWN = "[bold]\\x1b[2J\\u202e\\nEve"
PATH = Path(f"/photos/{EVIL}.jpg")
EXPORT = NamesExport(PATH, 1, 2, 1, (LeftOut(PATH, EVIL),))
IMPORT = NamesImport(
    confirmed=3,
    already=1_200,
    passed_over=7,
    created=(EVIL,) * 45,
    conflicts=(NameConflict(EVIL, EVIL, 41, PATH),) * 50,
    replaced=False,
    unmatched=(Unmatched(EVIL, PATH, EVIL),),
    unreadable=(LeftOut(PATH, EVIL),),
    rejected=2,
    ignored=1,
    kept=(NameConflict(f"not {EVIL}", EVIL, 42, PATH),),
)


def test_no_name_or_path_reaches_the_terminal_raw() -> None:
    for result in (EXPORT, IMPORT):
        text = to_text(result)
        assert SHOWN in text
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert not [line for line in text.splitlines() if line.startswith("Eve")]


def test_an_import_tells_every_number_and_cuts_long_lists() -> None:
    text = to_text(IMPORT)
    assert text.startswith("3 faces confirmed, 1,200 so already, 7 passed over (named by distance, not by a human).")
    assert "and 5 more." in text
    assert "50 faces of which a human says otherwise here, left as they are; --replace renames them:" in text
    assert "Now 2 faces said not to be somebody and 1 face ignored." in text
    assert "1 face named by a human here, kept so:" in text
    assert "... and 10 more; --json lists all" in text
    assert "1 name without a face:" in text
    assert "renamed:" in to_text(replace(IMPORT, replaced=True))
    quiet = NamesImport(0, 4, 0, (), (), replaced=False, unmatched=(), unreadable=())
    assert to_text(quiet) == "0 faces confirmed, 4 so already."


def test_an_export_tells_what_it_wrote() -> None:
    assert to_text(NamesExport(Path("/x"), 2, 5, 3, ())) == "Wrote 5 faces of 2 people to /x (3 sidecars)."
    beside = NamesExport(None, 1, 2, 1, (), replaced=(ReplacedName(Path("/p/a.xmp"), EVIL, "Ada"),) * 50)
    text = to_text(beside)
    assert text.startswith("Wrote 2 faces of 1 person beside the photos (1 sidecar).")
    assert "50 names of other programs replaced:" in text
    assert SHOWN in text
    assert "... and 10 more; --json lists all" in text
    with_refused = NamesExport(Path("/x.json"), 1, 1, 1, (), rejected=0, ignored=3)
    assert to_text(with_refused) == "Wrote 1 face of 1 person to /x.json (a file).\nWith them 3 faces ignored."
