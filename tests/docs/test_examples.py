"""Every console example of the documents prints what the page shows."""

from pathlib import Path

import pytest

from documents.examples import blocks_of, differs, pages, prepare, run_page

ROOT = Path(__file__).resolve().parents[2]
WITH_EXAMPLES = [page for page in pages() if any(one.reason is None for one in blocks_of(page.read_text()))]


@pytest.mark.data
@pytest.mark.networks
@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_shows_what_its_commands_print(page: Path, data: Path, tmp_path: Path) -> None:
    prepare(tmp_path, data)
    wrong = [
        f"{page.relative_to(ROOT)}:{example.line}: {example.command}\n{found}"
        for _, examples in run_page(page, tmp_path)
        for example, printed in examples
        if (found := differs(example.output, printed)) is not None
    ]
    assert not wrong, "\n\n".join([*wrong, "python -m documents.examples writes the examples anew"])


def test_the_readme_the_tutorial_and_the_guides_have_examples_that_are_run() -> None:
    names = {str(page.relative_to(ROOT)) for page in WITH_EXAMPLES}
    assert {"README.md", "docs/tutorial.md", "docs/how-to/name-people.md", "docs/how-to/back-up.md"} <= names
    assert sum(one.reason is None for page in WITH_EXAMPLES for one in blocks_of(page.read_text())) >= 15


def test_every_example_that_is_not_run_says_why() -> None:
    skipped = [one.reason for page in pages() for one in blocks_of(page.read_text()) if one.reason is not None]
    assert skipped
    assert all(len(reason.split()) >= 3 for reason in skipped)


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("in 1.3 s, 5.2 a second.", "in 12.9 s, 0.4 a second."),
        ("distance 0.281, probability 71 %", "distance 0.295, probability 73 %"),
        ("name  distance\nAda   0.1", "name      distance\nAda  0.11"),
        ("first\n...\nlast", "first\nanything\nat all\nlast"),
        ("first\n...", "first"),
        ("0 pairs ... twice", "0 pairs may be one person twice"),
        ("at 2026-11-30T09:43:45+00:00", "at 2027-01-01T00:00:00+00:00"),
        ("(0.3 MB)", "(1.7 MB)"),
    ],
)
def test_what_varies_may_differ(shown: str, printed: str) -> None:
    assert differs(shown, printed) is None


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("5 new faces", "6 new faces"),
        ("distance 0.281", "distance 0.321"),
        ("probability 71 %", "probability 80 %"),
        ("Ada", "Ben"),
        ("first", "first\nsecond"),
        ("first\nsecond", "first"),
        ("first\n...\nlast", "first\nanything"),
        ("0 pairs ... twice", "0 pairs may be one person"),
    ],
)
def test_what_does_not_vary_may_not_differ(shown: str, printed: str) -> None:
    assert differs(shown, printed) is not None


def test_an_example_knows_its_line_and_its_reason() -> None:
    text = (
        "# A\n\n```console\n$ one\nsays\n\n$ two\n```\n\n<!-- not run: it needs a NAS -->\n```console\n$ three\n```\n"
    )
    run, skipped = blocks_of(text)
    assert [(one.line, one.command, one.output) for one in run.examples] == [(4, "one", "says"), (7, "two", "")]
    assert (run.reason, skipped.reason) == (None, "it needs a NAS")
    with pytest.raises(ValueError, match="line 3: an indented example needs a reason"):
        list(blocks_of("- a list\n\n    ```console\n    $ one\n    ```\n"))
