"""Linkage by likelihood: the odds that two clusters are one person, expressed as a distance of two single faces.

It is the isotropic two-covariance model of speaker and face recognition (Prince and Elder, ICCV 2007; Brümmer and de
Villiers, Odyssey 2010). In D dimensions, the embeddings of a person are normal around the person's mean with variance
w = 1 - b, and the means of people are normal around zero with variance b. A cluster counts only by its size n and mean
m. The likelihood that its n faces are one person's, relative to that of independent faces, is

    log L(n, m) = D/2 (b n^2 |m|^2 / (w (w + n b)) - log(1 + n b / w))

and the log odds that two clusters are one person are log L(both) - log L(one) - log L(other). At the same mean distance
they grow with the sizes, because the means of many photos say more than two photos do. So the clusters of a person in
many poses merge, while two single faces must be much more alike.

Departures: the n photos of a person count as n / (1 + (n - 1) c) independent photos, because photos of one day are
alike; embeddings have unit length and are not normal, so D is the number of dimensions that reproduces the spread of
strangers' distances.
"""

from dataclasses import dataclass
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from recog.types import Calibration, ClusterRule, Distances, Scatter

SIZES = np.geomspace(1.0, 1024.0, 11)
"""Cluster sizes for which the reach of a linkage is computed."""

SEPARATED = 0.5
"""Slope of the odds that two separate sets of faces are one person, relative to the slope for two single faces.

It is less than one because these sets were kept apart, by the rule or by a user. Fits give 0.33 to 0.53 (see
docs/decisions/suggestion-odds.md)."""

Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Linkage:
    """The rule by which clusters merge: their linkage is at most threshold.

    Without a scatter, the linkage of two clusters is the mean squared distance over all pairs of their faces (average
    linkage). With a scatter, it is the squared distance at which two single faces are as likely to be one person as
    these clusters are; it is below zero if no two single faces could be as likely.
    """

    threshold: float
    scatter: Scatter | None = None

    @property
    def reach(self) -> float:
        """Mean squared distance beyond which hardly any clusters merge, however large they are."""
        return self._reach(SIZES)

    @property
    def reach_of_one(self) -> float:
        """The reach between a single face and a cluster."""
        return self._reach(SIZES[:1])

    def _reach(self, own: Reals) -> float:
        if self.scatter is None:
            return self.threshold
        sizes, others = (side.ravel() for side in np.meshgrid(own, SIZES))
        within = 1.0 - self.scatter.between
        norms, other_norms = (self.scatter.between + within / side for side in (sizes, others))
        linkages = [self(sizes, others, norms, other_norms, np.full(len(sizes), product)) for product in (1.0, 0.0)]
        products = (self.threshold - linkages[1]) / (linkages[0] - linkages[1])  # the linkage is linear in the product
        return float(np.clip((2.0 - 2.0 * products).max(), self.threshold, 4.0))

    def __call__(
        self, sizes: Reals, others: Reals, norms: Reals, other_norms: Reals, products: NDArray[np.floating]
    ) -> Distances:
        """Return the linkage of pairs of clusters, (e,), from sizes, squared lengths of means, and products of means.

        The arguments broadcast against each other.
        """
        if self.scatter is None:
            return np.asarray(2.0 - 2.0 * products, np.float32)
        base, slope = _terms(self.scatter, sizes, others, norms, other_norms)
        one = np.ones(1)
        lone_base, lone_slope = _terms(self.scatter, one, one, one, one)
        cosines = (base + slope * products - lone_base) / lone_slope
        return np.asarray(2.0 - 2.0 * cosines, np.float32)


def _terms(scatter: Scatter, sizes: Reals, others: Reals, norms: Reals, other_norms: Reals) -> tuple[Reals, Reals]:
    """Return base and slope of the log likelihood ratio, base + slope * (product of the means), both over D / 2."""
    b, w = scatter.between, 1.0 - scatter.between
    n, m = _independent(scatter, sizes), _independent(scatter, others)
    one, other = n * n * norms, m * m * other_norms
    both = w + (n + m) * b
    quadratic = (one + other) / both - one / (w + n * b) - other / (w + m * b)
    base = b / w * quadratic - np.log1p((n + m) * b / w) + np.log1p(n * b / w) + np.log1p(m * b / w)
    return base, 2.0 * b / w * n * m / both


def _independent(scatter: Scatter, sizes: Reals) -> Reals:
    return sizes / (1.0 + (sizes - 1.0) * scatter.correlation)


def linkage_for(rule: ClusterRule, faces: int) -> Linkage:
    """Adapt the rule to a library of that many faces, because ten times as many have ten times as many look-alikes.

    The log likelihood ratio that a merge needs grows with the logarithm of the number of faces.
    """
    one = np.ones(1)
    _, slope = _terms(rule.scatter, one, one, one, one)
    steepness = float(slope[0]) * rule.scatter.dimensions / 2.0  # of the log likelihood ratio, by cosine
    shift = 2.0 * log(max(faces, 1) / rule.faces) / steepness
    return Linkage(float(np.clip(rule.threshold - shift, 0.0, 4.0)), rule.scatter)


def linkage_of(calibration: Calibration, faces: int, *, threshold: float | None = None) -> Linkage:
    """Return the linkage for a network's faces in a library of that many; a threshold replaces the calibrated one."""
    rule = calibration.clusters
    if rule is None:
        return Linkage(calibration.threshold if threshold is None else threshold)
    return linkage_for(rule, faces) if threshold is None else Linkage(threshold, rule.scatter)


def probability_of_one(linkage: float, rule: Linkage, calibration: Calibration) -> float:
    """Return the probability that two sets of faces, separate so far, with this linkage are one person's.

    It is 0.5 at the threshold of the rule, which takes the sizes of the sets and of the library into account.
    """
    exponent = SEPARATED * calibration.slope * (linkage - rule.threshold)
    return 1.0 / (1.0 + exp(exponent)) if exponent < 0 else exp(-exponent) / (1.0 + exp(-exponent))


def linkage_at(probability: float, rule: Linkage, calibration: Calibration) -> float:
    """Return the linkage at which two sets of faces are one person's with this probability, 0 to 1 exclusive."""
    return rule.threshold + log((1.0 - probability) / probability) / (SEPARATED * calibration.slope)
