"""Errors by group against a slow loop over the group's own pairs."""

import numpy as np
import pytest

from recog.distance import unit_rows
from recog.evaluate.groups import group_errors
from recog.evaluate.labelled_faces import LabelledFaces


def test_each_group_is_scored_among_its_own_people() -> None:
    random = np.random.default_rng(0)
    labels = np.concatenate([np.repeat(np.arange(8), 3), [8, 9]])
    groups = ["alike" if label < 4 else "apart" if label < 8 else f"alone{label}" for label in labels]
    centres = random.normal(0, 1, (10, 8))
    centres[:4] = centres[0] + random.normal(0, 0.3, (4, 8))
    rows = unit_rows((centres[labels] + 0.4 * random.normal(0, 1, (len(labels), 8))).astype(np.float32))
    made = group_errors(LabelledFaces(rows, labels, "made"), groups, threshold=0.5)
    assert [one.group for one in made] == ["alike", "alone8", "alone9", "apart"]
    for one in (made[0], made[3]):
        chosen = [row for row in range(len(labels)) if groups[row] == one.group]
        accepts, rejects, same, different = 0, 0, 0, 0
        for place, a in enumerate(chosen):
            for b in chosen[place + 1 :]:
                near = ((rows[a] - rows[b]) ** 2).sum() <= 0.5
                if labels[a] == labels[b]:
                    same, rejects = same + 1, rejects + (not near)
                else:
                    different, accepts = different + 1, accepts + near
        assert (one.people, one.faces, one.same, one.different) == (4, 12, same, different)
        assert [one.far, one.frr] == pytest.approx([accepts / different, rejects / same])
        assert one.far_interval is not None
        assert one.frr_interval is not None
        assert one.far_interval[0] <= accepts / different <= one.far_interval[1]
        assert one.frr_interval[0] <= rejects / same <= one.frr_interval[1]
    assert made[0].far is not None
    assert made[3].far is not None
    assert made[0].far > made[3].far
    alone = made[1]
    assert (alone.people, alone.far, alone.frr, alone.far_interval, alone.frr_interval) == (1, None, None, None, None)
