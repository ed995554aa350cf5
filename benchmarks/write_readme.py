"""Write the generated parts of README.md: tables made from the code, numbers made from benchmarks/results.

`python -m benchmarks.write_readme` rewrites them; with `--check` it exits with 1 and names the parts that differ.
A part stands between `<!-- NAME -->` and `<!-- /NAME -->`.
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import readme_numbers
from benchmarks.measured import RESULTS
from recog.cli.reference import markdown as commands
from recog.config import Settings
from recog.weights.registry import SPECS

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"


def settings() -> str:
    """Every setting with its environment variable and meaning."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = "platform's data or cache directory" if field.default_factory is not None else field.default
        shown = "" if default is None else f"`{default}`" if field.default_factory is None else default
        rows.append(f"| `{name}` | `RECOG_{name.upper()}` | {shown} | {' '.join((field.description or '').split())} |")
    return "\n".join(["| Setting | Environment | Default | Meaning |", "|---|---|---|---|", *rows]) + "\n"


def networks() -> str:
    """Every network with what it was trained on and its licence."""
    rows = [
        f"| `{one.name}` | {one.role.value} | {one.trained_on} | {one.scores} | {one.licence} |"
        for one in SPECS.values()
    ]
    return "\n".join(["| Network | Role | Trained on | Published | Licence |", "|---|---|---|---|---|", *rows]) + "\n"


def demo() -> str:
    """What `make demo` printed."""
    return f"```console\n{(RESULTS / 'demo.txt').read_text(encoding='utf-8').strip()}\n```\n"


PARTS: dict[str, Callable[[], str]] = {
    "commands": commands,
    "settings": settings,
    "networks": networks,
    "demo": demo,
    "glance": readme_numbers.glance,
    "accuracy": readme_numbers.accuracy,
    "identification": readme_numbers.identification,
    "naming": readme_numbers.naming,
    "turned": readme_numbers.turned,
    "options": readme_numbers.options,
    "training": readme_numbers.training,
    "detection": readme_numbers.detection,
    "encoding": readme_numbers.encoding,
    "indexing": readme_numbers.indexing,
    "scale": readme_numbers.scale,
    "searching": readme_numbers.searching,
    "starting": readme_numbers.starting,
    "clustering": readme_numbers.clusters,
    "style": readme_numbers.style,
}


def written(text: str) -> str:
    """The README with every part made anew."""
    for name, make in PARTS.items():
        pattern = re.compile(rf"<!-- {name} -->\n.*?<!-- /{name} -->", re.DOTALL)
        if not pattern.search(text):
            raise SystemExit(f"README.md has no part {name!r}")
        before, after = pattern.split(text)[0], pattern.split(text)[-1]
        text = f"{before}<!-- {name} -->\n{make()}<!-- /{name} -->{after}"
    return text


def main() -> int:
    """Write, or compare."""
    before = README.read_text(encoding="utf-8")
    after = written(before)
    if "--check" in sys.argv[1:]:
        if before != after:
            print("README.md differs from the code or the results: run 'make docs'", file=sys.stderr)
            return 1
        return 0
    README.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
