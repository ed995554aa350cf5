"""Run the console examples of the documents, and compare what they show with what recog prints.

`python -m documents.examples [DATA]` writes anew what the examples of every page show, where it differs.

An example is a fenced block of the language `console`. A line that starts with `$ ` is a command, the lines up to the
next command are what it prints. All examples of a page run one after another in one folder, which is called /home/ada
in the documents. A comment `<!-- not run: REASON -->` before a block says why nobody runs it.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from typer.testing import CliRunner

from recog.cli.app import app

ROOT = Path(__file__).resolve().parents[1]
HOME = "/home/ada"
"""The folder of the examples, as the documents write it."""
_PHOTOS = {
    "photos/obama.jpg": "tests/test_images/obama.jpg",
    "photos/obama2.jpg": "tests/test_images/obama2.jpg",
    "photos/biden.jpg": "tests/test_images/biden.jpg",
    "party.jpg": "examples/knn_examples/test/obama1.jpg",
}
"""The photos of the examples, from the tests and examples of face_recognition."""
_BLOCK = re.compile(
    r"(?:^ *<!-- not run: (?P<reason>[^>]+?) -->\n+)?^(?P<indent> *)```(?P<language>\w+)\n(?P<body>.*?)^ *```$",
    re.DOTALL | re.MULTILINE,
)
_NEAR = 0.02
"""How far a distance or a score may be from the one shown: processors round differently."""
_PERCENT = 3
"""The same for a percentage."""
_ANY = "..."
_WORD = re.compile(r"\d{4}-\d\d-\d\dT[\d:]+\+00:00|\d+\.\d+|\d[\d,]*|[^\s\d]+")
_VARIES = {"s", "a", "MB", "GB"}
"""A decimal number before one of these words is a time, a rate or a size of this very run."""


@dataclass(frozen=True)
class Example:
    """One command of a page and what it is said to print."""

    line: int
    command: str
    output: str


@dataclass(frozen=True)
class Block:
    """One fenced block; `reason` says why it is not run."""

    start: int
    end: int
    line: int
    reason: str | None
    examples: tuple[Example, ...]


def pages() -> list[Path]:
    """Return every page that may have examples: README.md and all of docs/."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks_of(text: str) -> Iterator[Block]:
    """Yield the console blocks of a page, from first to last."""
    for found in _BLOCK.finditer(text):
        if found["language"] == "console":
            start, end = found.span("body")
            line = text.count("\n", 0, start) + 1
            if found["indent"] and found["reason"] is None:
                raise ValueError(f"line {line - 1}: an indented example needs a reason why it is not run")
            yield Block(start, end, line, found["reason"], tuple(_examples(found["body"], line)))


def _examples(body: str, line: int) -> Iterator[Example]:
    command, at = "", line
    output: list[str] = []
    for number, text in enumerate(body.splitlines(), start=line):
        if text.startswith("$ "):
            if command:
                yield Example(at, command, "\n".join(output).strip())
            command, output, at = text.removeprefix("$ "), [], number
        else:
            output.append(text)
    if command:
        yield Example(at, command, "\n".join(output).strip())


def run_page(page: Path, folder: Path) -> Iterator[tuple[Block, list[tuple[Example, str]]]]:
    """Run the examples of a page in `folder`; yield each block with what its commands printed."""
    environment = {"RECOG_LIBRARY": str(folder / "library"), "COLUMNS": "200"}
    for block in blocks_of(page.read_text(encoding="utf-8")):
        if block.reason is None:
            yield block, [(one, run(one.command, folder, environment)) for one in block.examples]


def run(command: str, folder: Path, environment: Mapping[str, str]) -> str:
    """Return what a command prints in `folder`, which is called HOME in it."""
    words = shlex.split(command.replace(HOME, str(folder)))
    with chdir(folder), mock.patch.dict(os.environ, environment):
        if words[0] == "recog":
            output = CliRunner().invoke(app, words[1:], prog_name="recog").output
        else:
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            output = done.stdout + done.stderr
    return output.replace(str(folder), HOME).strip()


def differs(shown: str, printed: str) -> str | None:
    """Return how what a page shows differs from what was printed; None if it does not.

    A line `...` stands for any lines, and `...` in a line for any text. Times, rates, sizes and dates may be any;
    other decimal numbers may differ by 0.02, percentages by 3; everything else is equal but for runs of blanks.
    """
    left, right = shown.splitlines(), printed.splitlines()
    here = 0
    for number, line in enumerate(left):
        if line.strip() == _ANY:
            rest = "\n".join(left[number + 1 :])
            tails = ("\n".join(right[start:]) for start in range(here, len(right) + 1))
            return None if any(differs(rest, tail) is None for tail in tails) else f"after '...' nothing is: {rest!r}"
        if here == len(right):
            return f"not printed: {line!r}"
        if not _alike(line, right[here]):
            return f"shown: {line!r}\nprinted: {right[here]!r}"
        here += 1
    return None if here == len(right) else f"printed, but not shown: {right[here]!r}"


def _alike(shown: str, printed: str) -> bool:
    before, dots, after = shown.partition(_ANY)
    if dots:
        return any(
            _alike(before, printed[:start]) and _alike(after, printed[end:])
            for start in range(len(printed) + 1)
            for end in range(start, len(printed) + 1)
        )
    left, right = _WORD.findall(shown), _WORD.findall(printed)
    if len(left) != len(right):
        return False
    following = [*right[1:], ""][: len(right)]
    return all(_same(*one) for one in zip(left, right, following, strict=True))


def _same(shown: str, printed: str, after: str) -> bool:
    if shown == printed:
        return True
    if "T" in shown and "T" in printed and shown[0].isdigit() and printed[0].isdigit():
        return True  # moments
    decimal = re.fullmatch(r"\d+\.\d+", shown) and re.fullmatch(r"\d+\.\d+", printed)
    if decimal:
        return after.strip(".,;)") in _VARIES or abs(float(shown) - float(printed)) <= _NEAR
    return shown.isdigit() and printed.isdigit() and after == "%" and abs(int(shown) - int(printed)) <= _PERCENT


def prepare(folder: Path, data: Path) -> None:
    """Put the photos of the examples into a folder: four portraits in `photos`, and `party.jpg`."""
    (folder / "photos").mkdir()
    for name, source in _PHOTOS.items():
        shutil.copyfile(data / "photos" / "face_recognition" / source, folder / name)
    package = find_spec("matplotlib")
    if package is None or package.origin is None:
        raise SystemExit("the portrait of Grace Hopper is in matplotlib, which is not installed")
    portrait = Path(package.origin).parent / "mpl-data" / "sample_data" / "grace_hopper.jpg"
    shutil.copyfile(portrait, folder / "photos" / "grace_hopper.jpg")


def main(arguments: Sequence[str]) -> int:
    """Rewrite the examples that show what recog does not print."""
    data = Path(arguments[0]) if arguments else ROOT.parent / "shared" / "data"
    for page in pages():
        text = page.read_text(encoding="utf-8")
        with TemporaryDirectory() as name:
            folder = Path(name).resolve()
            prepare(folder, data)
            ran = list(run_page(page, folder))
        for block, examples in reversed(ran):
            if any(differs(one.output, printed) for one, printed in examples):
                body = "\n\n".join(f"$ {one.command}\n{printed}".strip() for one, printed in examples)
                text = f"{text[: block.start]}{body}\n{text[block.end :]}"
                print(f"{page.relative_to(ROOT)}:{block.line} is written anew")
        page.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
