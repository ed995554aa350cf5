"""Hold locked versions against the advisories that PyPI tells, also where only a mirror of it can be reached.

`python -m tests.advisories requirements.txt`, which needs nothing installed. pip-audit asks PyPI for the page of each
version, and calls a package unknown where a mirror has none. The page of a project tells of its latest version, so that
is asked next. Exit status 0: PyPI tells of every version, and nothing against any; 1 otherwise, and each is named.
"""

import argparse
import json
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PYPI = "https://pypi.org/pypi"
NOT_THERE = 404
SECONDS = 20.0
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Told:
    """What PyPI tells of one version: ids of advisories, or why it tells nothing."""

    name: str
    version: str
    advisories: tuple[str, ...] = ()
    silent: str = ""


def locked(requirements: str) -> list[tuple[str, str]]:
    """Names and versions of a requirements file that pins them."""
    return _LOCKED.findall(requirements)


def ask(name: str, version: str, *, pypi: str = PYPI) -> Told:
    """What PyPI tells of this version, on its own page or on the project's."""
    try:
        page = _page(f"{pypi}/{name}/{version}/json") or _page(f"{pypi}/{name}/json")
    except (OSError, ValueError) as error:  # URLError is an OSError; a page that is no JSON is a ValueError
        return Told(name, version, silent=f"{pypi} cannot be asked ({error})")
    if page is None:
        return Told(name, version, silent="PyPI has no page of it")
    told_of = page["info"]["version"]
    if told_of != version:
        return Told(name, version, silent=f"PyPI has no page of this version, and its project's is of {told_of}")
    standing = [one["id"] for one in page["vulnerabilities"] if not one.get("withdrawn")]
    return Told(name, version, tuple(standing))


def _page(url: str) -> dict[str, Any] | None:
    """A page of JSON; None where there is none."""
    try:
        with urllib.request.urlopen(url, timeout=SECONDS) as answer:  # noqa: S310 - https, or a test's own server
            page: dict[str, Any] = json.load(answer)
            return page
    except urllib.error.HTTPError as error:
        if error.code == NOT_THERE:
            return None
        raise


def report(told: Sequence[Told]) -> tuple[str, bool]:
    """What was told, a line each where it is not good news; and whether all of it is good."""
    found = [one for one in told if one.advisories]
    silent = [one for one in told if one.silent]
    lines = [f"{one.name} {one.version} HAS ADVISORIES: {', '.join(one.advisories)}" for one in found]
    lines += [f"{one.name} {one.version} IS NOT AUDITED: {one.silent}" for one in silent]
    clean = len(told) - len(found) - len(silent)
    lines.append(
        f"of {len(told)} locked versions {clean} have no advisory that PyPI knows, {len(found)} have one, "
        f"{len(silent)} are not audited"
    )
    return "\n".join(lines), clean == len(told)


def main() -> int:
    """Ask for each, print what is told."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("requirements", type=Path)
    options = parser.parse_args()
    text, good = report([ask(*one) for one in locked(options.requirements.read_text(encoding="utf-8"))])
    print(text)  # noqa: T201 - a program
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
