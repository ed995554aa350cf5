"""The world that faults hit, made once."""

from collections import Counter

import pytest

from tests.faults.tracing import count_calls, obstacle
from tests.faults.world import VERBS, World, make_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("faults") / "world")


@pytest.fixture(scope="session")
def calls(world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Counter[str]]:
    """How often each verb makes each call; skips loudly where nothing can be injected."""
    if why := obstacle():
        pytest.skip(f"no fault can be injected: {why}")
    directory = tmp_path_factory.mktemp("counted")
    return {verb: count_calls(world.arguments(verb, world.copy(verb, directory / verb))) for verb in VERBS}
