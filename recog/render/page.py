"""A page that is one file: its content security policy, its styles and its script."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from markupsafe import Markup

from recog.render.templating import PACKAGE, render


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page, as the bar of the page names it: the key is its id, `number` says how many things it holds."""

    key: str
    title: str
    number: int


def report(
    template: str, values: dict[str, object], *, title: str, styles: Sequence[str], scripts: Sequence[str] = ()
) -> str:
    """Render a template that extends report/page.html, as text to be written in UTF-8.

    The assets `styles` and `scripts` are inside, and the policy allows these alone. The page fetches nothing.
    """
    style, script = _joined(styles), _joined(scripts)
    own = {"title": title, "style": style, "script": script, "policy": policy(style, script)}
    return str(render(f"report/{template}", {**own, **values}))


def policy(style: str, script: str = "") -> str:
    """Return the content security policy that allows this style and this script, by digest, and no request."""
    rules = ["default-src 'none'", "img-src data:", f"style-src '{digest(style)}'"]
    if script:
        rules.append(f"script-src '{digest(script)}'")
    return "; ".join([*rules, "base-uri 'none'", "form-action 'none'"])


def asset(name: str, package: str = PACKAGE) -> Markup:
    """Read a style, a script or an icon from the folder `assets` of a package."""
    return Markup(files(package).joinpath("assets", name).read_text(encoding="utf-8"))  # noqa: S704 - the package's own


def digest(content: str) -> str:
    """Return what a policy calls a style or a script, without the quotes."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode('utf-8')).digest()).decode('ascii')}"


def _joined(names: Sequence[str]) -> Markup:
    return Markup().join(map(asset, names))
