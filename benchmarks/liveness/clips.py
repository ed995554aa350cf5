"""Film simulated clips of everybody and keep them in a folder, for training and for measuring.

    python -m benchmarks.liveness.clips ../shared/data/identities FOLDER [--part 1 --parts 2]

A clip that is in the folder already is not filmed again, so several processes may share the work.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
import torch

from benchmarks.liveness.camera import Kind, film
from benchmarks.liveness.portraits import Portrait, portraits
from recog.live.sequence import FaceSequence, detected_frames, interpolated, sequence_of

SEED = 20
_PATTERN = "ntfnhftnfntfnhfntfnhntnft"
"""The use of a person, by initial, from the first on; h: for the thresholds. Any part of them is like all."""
_ATTACKS = [kind for kind in Kind if kind is not Kind.LIVE]
_LIVE_EACH, _ATTACKS_EACH = 2, 3
_PARTS = 4


class Use(StrEnum):
    """What a person's clips are for; nobody is in two of them."""

    NETWORKS = "networks"
    FUSION = "fusion"
    THRESHOLD = "threshold"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Take:
    """A clip to film: whose, for what, of which kind, and the number that makes it what it is."""

    person: str
    use: Use
    kind: Kind
    number: int

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.number:05d}.npz"


def takes(people: Sequence[str]) -> list[Take]:
    """Return the clips of all people: for each two of the living face, and three of five kinds of attack in turn."""
    order = np.random.default_rng(SEED).permutation(len(people))
    uses = {"n": Use.NETWORKS, "f": Use.FUSION, "h": Use.THRESHOLD, "t": Use.TEST}
    found = []
    for rank, row in enumerate(order.tolist()):
        use = uses[_PATTERN[rank // _PARTS % len(_PATTERN)]]
        kinds = [Kind.LIVE] * _LIVE_EACH + [_ATTACKS[(3 * rank + turn) % 5] for turn in range(_ATTACKS_EACH)]
        found += [Take(people[row], use, kind, 10 * rank + turn) for turn, kind in enumerate(kinds)]
    return found


def stored(folder: Path, people: Sequence[str], uses: Sequence[Use]) -> Iterator[tuple[Take, FaceSequence]]:
    """Yield the clips of some uses that are in the folder."""
    for take in takes(people):
        if take.use in uses and (folder / take.name).exists():
            with np.load(folder / take.name) as kept:
                yield take, FaceSequence(kept["views"], kept["patches"], kept["landmarks"])


def people_of(identities: Path) -> list[str]:
    """Return the names of the folders whose photos are whole pictures in the wild."""
    return sorted(one.name for one in identities.iterdir() if one.name.startswith("celeba_"))


def keep(folder: Path, take: Take, portrait: Portrait, other: Portrait) -> None:
    """Film a clip, cut the face out of it, and keep that."""
    clip = film(portrait, take.kind, seed=SEED + take.number, other=other)
    seen = sequence_of(clip.frames, interpolated([clip.landmarks[place] for place in detected_frames()]))
    made = folder / f"{take.name}.part"
    with made.open("wb") as file:
        np.savez(file, views=seen.views, patches=seen.patches, landmarks=seen.landmarks, pulse=clip.pulse or 0.0)
    made.rename(folder / take.name)


def main() -> None:
    """Film what is asked for."""
    from recog.config import read_settings
    from recog.library.networks import Networks

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("identities", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--part", type=int, default=1)
    parser.add_argument("--parts", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(1)
    given.folder.mkdir(parents=True, exist_ok=True)
    people = people_of(given.identities)
    detector = Networks(read_settings()).detector
    order: dict[str, list[Portrait]] = {}
    for number, take in enumerate(takes(people)):
        if (
            number // (_LIVE_EACH + _ATTACKS_EACH) % given.parts != given.part - 1
            or (given.folder / take.name).exists()
        ):
            continue
        if take.person not in order:
            order = {take.person: portraits(given.identities, detector, people=[take.person], each=3)}
        mine = order[take.person]
        if not mine:
            continue
        portrait = mine[take.number % 10 % len(mine)]
        keep(given.folder, take, portrait, mine[-1])


if __name__ == "__main__":
    main()
