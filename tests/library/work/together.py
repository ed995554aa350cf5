"""Do several things at once in threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def together(*acts: Callable[[], T]) -> list[T]:
    """Do all at once, and return what they return; an error of one is raised when all have ended."""
    with ThreadPoolExecutor(len(acts)) as pool:
        return [one.result() for one in [pool.submit(act) for act in acts]]
