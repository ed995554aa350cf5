"""axe-core in a page: which rules of accessibility the page breaks."""

from functools import cache
from importlib.metadata import files

from tests.web.visitor import Visitor

RUN = """axe.run(document, { resultTypes: ["violations"] }).then((found) => found.violations.flatMap((rule) =>
  rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary.replaceAll(/\\s+/g, " ")}`)))"""
"""Run all rules, best practices too; return one line for each element that breaks one."""


@cache
def _source() -> str:
    (script,) = [file for file in files("axe-playwright-python") or () if file.name == "axe.min.js"]
    return script.read_text(encoding="utf-8")


def findings(visitor: Visitor) -> list[str]:
    """Return which element of the page breaks which rule; the page's own policy stays as it is."""
    if not visitor.value("'axe' in window"):
        visitor.value(f"{_source()}; 0")
    found: list[str] = visitor.value(RUN)
    return found
