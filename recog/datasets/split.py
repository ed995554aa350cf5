"""The split of a dataset into people to train on and people held out."""

import numpy as np

from recog.errors import TrainingError
from recog.evaluate.labelled_faces import Labels


def held_out_people(known: Labels, *, share: float, seed: int) -> Labels:
    """Draw the people kept from training: `share` of the (p,) known labels, at least two, the same for the same seed.

    Fewer than two known labels are all held out.
    """
    random = np.random.default_rng(seed)
    return random.choice(known, size=min(len(known), max(2, round(share * len(known)))), replace=False)


def check_split(learnt: Labels, held_out: Labels) -> None:
    """Raise TrainingError if the labels of the faces on either side are too few to train or to validate with."""
    people, others = len(np.unique(learnt)), np.unique(held_out, return_counts=True)[1]
    if people < 2:
        raise TrainingError(
            f"{people} people with a face are left to learn from, beside {len(others)} held out: two are needed, "
            "so add people"
        )
    if others.max(initial=0) < 2:
        raise TrainingError(
            f"none of the {len(others)} people held out has two photos with a face, so no pair of theirs is one "
            "person: add photos, or choose another seed"
        )
