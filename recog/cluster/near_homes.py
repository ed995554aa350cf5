"""Which group each face joins, of the few groups near it that a search found."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recog.types import Distances

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Faces (c,) and groups (c,) that are near each other, with their linkages (c,); each pair once."""

    faces: Rows
    groups: Rows
    linkages: Distances

    def only(self, which: NDArray[np.bool_]) -> "Candidates":
        """Return those of a mask, (c,)."""
        return Candidates(self.faces[which], self.groups[which], self.linkages[which])


@dataclass(frozen=True, slots=True)
class Photos:
    """The photo of each face, (f,), from 0 to count - 1, and the pairs of group and photo that have a face, (p,)."""

    of: Rows
    count: int
    held: Rows

    @classmethod
    def of_faces(cls, own: Rows, members: Rows, groups: Rows) -> "Photos":
        """Number the photos of faces (f,) and of the members (m,) of groups (m,)."""
        names, places = np.unique(np.concatenate([own, members]), return_inverse=True)
        held = np.unique(groups * len(names) + places[len(own) :])
        return cls(places[: len(own)], len(names), held)

    def pairs(self, faces: Rows, groups: Rows) -> Rows:
        """Return groups (c,) with the photos of faces (c,), as in held."""
        return groups * self.count + self.of[faces]


def nearest_homes(
    near: Candidates, limits: NDArray[np.float64], count: int, *, photos: Photos | None = None, penalty: float = 0.0
) -> Rows:
    """Choose the group that each of `count` faces joins, (count,), -1 for none, as recog.cluster.assign.join does.

    limits: (g,) the linkage up to which a group takes a face. penalty: added if the group has a face of the same photo.
    Of several faces of one photo that choose one group the nearest joins, and the others choose again.
    """
    homes = np.full(count, -1, np.int64)
    while len(near.faces):
        linkages = near.linkages
        if photos is not None:
            linkages = linkages + penalty * np.isin(photos.pairs(near.faces, near.groups), photos.held)
        best = _first_of_each(near.faces, linkages - limits[near.groups], near.groups)
        best = best[linkages[best] <= limits[near.groups[best]]]
        if photos is None:
            homes[near.faces[best]] = near.groups[best]
            return homes
        pairs = photos.pairs(near.faces[best], near.groups[best])
        won = best[_first_of_each(pairs, linkages[best], near.faces[best])]
        homes[near.faces[won]] = near.groups[won]
        photos = Photos(photos.of, photos.count, np.union1d(photos.held, pairs))
        lost = np.setdiff1d(near.faces[best], near.faces[won])
        near = near.only(np.isin(near.faces, lost))
    return homes


def _first_of_each(keys: Rows, least: NDArray[np.floating], ties: Rows) -> Rows:
    """Return the position of the least entry of each key, by (c,) arrays; ties go to the smaller number."""
    order = np.lexsort((ties, least, keys))
    first = np.ones(len(order), np.bool_)
    first[1:] = np.diff(keys[order]) != 0
    return order[first]
