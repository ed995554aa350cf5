"""The pages: a module each, whose PAGE is found here and whose template lies in recog/web/templates.

Installed packages add pages by entry points of the group `recog.pages`; each names a recog.web.page.Page.
"""

import pkgutil
from importlib import import_module

from recog.errors import ConfigError
from recog.registry import Registry
from recog.web.page import Page

PAGES: Registry[Page] = Registry("page", group="recog.pages", own={})
"""The pages that installed packages add, by the names of their entry points."""


def pages() -> tuple[Page, ...]:
    """Return every page of this package, in the order of the bar."""
    found: list[Page] = [import_module(f"{__name__}.{module.name}").PAGE for module in pkgutil.iter_modules(__path__)]
    return tuple(sorted(found, key=lambda page: page.order))


def installed_pages() -> tuple[Page, ...]:
    """Return every page of this package, then those that installed packages add.

    Raises:
        ConfigError: a package's page cannot be imported, or is no Page.
    """
    added = {name: PAGES.named(name) for name in PAGES.names()}
    for name, page in added.items():
        if not isinstance(page, Page):
            raise ConfigError(
                f"the page {name!r} of an installed package is of the type {type(page).__name__} instead of Page: "
                "update or uninstall that package"
            )
    return (*pages(), *added.values())
