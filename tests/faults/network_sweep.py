"""Kill the verbs that change the user's own networks, or fill their disk, at every call that changes the disk.

`python -m tests.faults.network_sweep` hits every such call; `--sample N` hits N of each verb and fault. After each
fault the network "mine" is the one before or the one after, it embeds, and running the verb again leaves the files of
an undisturbed run and nothing else.
"""

import argparse
import hashlib
import json
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from recog.config import Settings, read_settings
from recog.embed.description import described, descriptions
from recog.embed.onnx import OnnxNetwork
from recog.errors import ConfigError
from recog.library.maintenance.network_check import noise
from recog.library.maintenance.own_networks import Origin, Preprocessing, add_network, remove_network, set_head
from recog.weights.loading import LoadOptions
from tests.faults.forked import apart, load_what_loads, run_forked
from tests.faults.sweep import FULL_ONCE, HIT, KILL, SEED, told_badly
from tests.faults.tracing import Run, obstacle
from tests.onnx_file import mean_colour_network

SIDE, DIM, HEAD_DIM = 16, 24, 8
_FAULTS = {KILL: "signal=KILL", FULL_ONCE: "error=ENOSPC"}
_WORDS = ("space", "room")


@dataclass(frozen=True, slots=True)
class World:
    """Files of networks and of a head, and for each verb the directory on which it runs."""

    home: Path

    def settings(self, place: Path) -> Settings:
        """Return the settings of a directory of networks."""
        return read_settings(
            library=place / "library", cache=place / "cache", own_networks=place / "networks", device="cpu"
        )

    def add(self, place: Path, file: str, *, replace: bool = False) -> None:
        """Add a network."""
        seen = Preprocessing(
            input_size=SIDE, alignment="box", colour="rgb", mean=0.0, scale=255.0, crop_scale=1.2, flip=False
        )
        origin = Origin(licence="CC0", trained_on="nothing", non_commercial=False)
        add_network(self.settings(place), "mine", self.home / file, seen, origin, replace=replace)

    def set_head(self, place: Path) -> None:
        """Put the head on it."""
        set_head(self.settings(place), "mine", self.home / "head.safetensors")

    def remove(self, place: Path) -> None:
        """Remove it."""
        remove_network(self.settings(place), "mine")

    def verbs(self) -> dict[str, Callable[[Path], None]]:
        """Return the verbs, each as a function of a directory."""
        return {
            "add": partial(self.add, file="first.onnx"),
            "replace": partial(self.add, file="second.onnx", replace=True),
            "set-head": self.set_head,
            "remove": self.remove,
        }

    def copy(self, verb: str, place: Path) -> None:
        """Copy the directory on which a verb runs."""
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        if verb != "add":
            shutil.copytree(self.home / "before" / "networks", place / "networks")

    def state(self, place: Path) -> str | None:
        """Return the digest of the network, None if there is none; it must embed."""
        settings = self.settings(place)
        if "mine" not in descriptions(settings.own_networks):
            return None
        description = described("mine", directory=settings.own_networks)
        assert description is not None
        embedder = OnnxNetwork(description).load(LoadOptions(cache=place / "cache"))
        dim = HEAD_DIM if description.head is not None else DIM
        assert embedder.embed(noise(SIDE, views=1)).shape == (8, dim)
        return embedder.info.sha256


def make_world(home: Path) -> World:
    """Write the networks, the head, and the directory with the first network."""
    world = World(home)
    draw = np.random.default_rng(0)
    for name in ("first", "second"):
        content = mean_colour_network(draw.normal(size=(3, DIM)).astype(np.float32), side=SIDE)
        (home / f"{name}.onnx").write_bytes(content)
    (home / "before").mkdir()
    world.add(home / "before", "first.onnx")
    description = described("mine", directory=home / "before" / "networks")
    assert description is not None
    data = save(
        {"weight": draw.normal(size=(HEAD_DIM, DIM)).astype(np.float32), "bias": np.zeros(HEAD_DIM, np.float32)}
    )
    record = {
        "sha256": hashlib.sha256(data).hexdigest(), "trunk": "mine", "crop_scale": 1.2, "flip": False,
        "trunk_sha256": OnnxNetwork(description).features_sha256,
    }  # fmt: skip
    (home / "head.safetensors").write_bytes(data)
    (home / "head.json").write_text(json.dumps(record))
    (home / "head.calibration.json").write_text("{}")
    return world


def files(place: Path) -> list[str]:
    """Return the names of all files of a directory of networks, but that of its lock."""
    networks = place / "networks"
    return sorted(path.name for path in networks.iterdir() if path.name != ".lock") if networks.exists() else []


@dataclass(frozen=True, slots=True)
class Expected:
    """What an undisturbed run of a verb leaves: the network, and the names of the files."""

    verb: str
    network: str | None
    files: list[str]


def undisturbed(world: World, verb: str, place: Path) -> Expected:
    """Run a verb without any fault."""
    world.copy(verb, place)
    world.verbs()[verb](place)
    return Expected(verb, world.state(place), files(place))


def count_calls(world: World, verb: str, place: Path) -> Counter[str]:
    """Return how often the main thread makes each call in a run without faults."""
    world.copy(verb, place)
    every = ",".join(sorted({call for fault in _FAULTS for call in HIT[fault]}))
    run = run_forked(partial(world.verbs()[verb], place), ["-e", f"trace={every}", "-e", "signal=none"])
    if run.status != 0:
        raise RuntimeError(f"{verb} failed without any fault: {run.said}")
    return Counter(line.partition("(")[0] for line in run.trace)


def problems(world: World, place: Path, run: Run, expected: Expected, fault: str) -> list[str]:
    """Return what a fault left that is wrong; runs the verb again to its end."""
    verb = expected.verb
    before = None if verb == "add" else world.state(world.home / "before")
    found = [] if fault == KILL else told_badly(Run(run.status, ("done",), run.said, run.trace), _WORDS)
    now = world.state(place)
    if now not in (before, expected.network):
        found.append(f"the network is neither the one before nor the one after: {now}")
    if run.status == 0 and now != expected.network:
        found.append("it ended well, and the network is the one before")
    refused = verb in {"add", "remove"} and now == expected.network  # nothing is left to do, or only files
    with suppress(ConfigError) if refused else nullcontext():
        world.verbs()[verb](place)
    if world.state(place) != expected.network or files(place) != expected.files:
        found.append(f"running it again leaves {files(place)}, not {expected.files}")
    return found


def main() -> int:
    """Sweep, and print the problems and the counts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sample", type=int, help="N calls of each verb and fault")
    options = parser.parse_args()
    if why := obstacle():
        sys.exit(f"no fault can be injected here: {why}")
    fired, wrong = 0, 0
    with tempfile.TemporaryDirectory() as directory:
        home, place = Path(directory), Path(directory) / "trial"
        world = load_what_loads(partial(make_world, home))
        for verb in world.verbs():
            expected = apart(partial(undisturbed, world, verb, place))
            calls = count_calls(world, verb, place)
            for fault, injected in _FAULTS.items():
                places = [(call, number) for call in HIT[fault] for number in range(1, calls[call] + 1)]
                random.Random(SEED).shuffle(places)
                for call, number in places[: options.sample]:
                    world.copy(verb, place)
                    inject = ["-e", f"trace={call}", "-e", f"inject={call}:{injected}:when={number}"]
                    run = run_forked(partial(world.verbs()[verb], place), inject)
                    fired += run.injected
                    found = apart(partial(problems, world, place, run, expected, fault))
                    wrong += bool(found)
                    for problem in found:
                        print(f"{verb}, {fault} at {call} {number}: {problem}", flush=True)  # noqa: T201 - a program
    print(f"{fired} faults, {wrong} left something wrong")  # noqa: T201
    return 1 if wrong or not fired else 0


if __name__ == "__main__":
    raise SystemExit(main())
