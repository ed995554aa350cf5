"""The pages, a module each: its PAGE is found here, and its template lies in recog/web/templates."""

import pkgutil
from importlib import import_module

from recog.web.page import Page


def pages() -> tuple[Page, ...]:
    """Return every page of this package, in the order of the bar."""
    found: list[Page] = [import_module(f"{__name__}.{module.name}").PAGE for module in pkgutil.iter_modules(__path__)]
    return tuple(sorted(found, key=lambda page: page.order))
