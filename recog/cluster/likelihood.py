"""How much likelier two clusters are one person than two people, told as the distance of two lone faces.

The two-covariance model of speaker and face recognition (Prince and Elder, ICCV 2007; Brümmer and de Villiers, Odyssey
2010), isotropic: the embeddings of a person are normal around the person's own mean with variance w = 1 - b, the means
normal around zero with variance b, in D dimensions. Of a cluster only its size n and mean m count, so the likelihood
that n faces are one person's, over that of nothing known of their mean, is

    log L(n, m) = D/2 (b n^2 |m|^2 / (w (w + n b)) - log(1 + n b / w))

and two clusters are one person rather than two by the logarithm L(both) - L(one) - L(other). At equal mean distance
that grows with the sizes: means of many photos say more than two photos do. So a person in many poses comes together
while two lone faces must be much more alike.

Departures: the n photos of a person count as n / (1 + (n - 1) c) independent ones, for photos of one day say less than
their number; embeddings are of unit length and not normal, so D is the number of dimensions that reproduces how far
strangers' distances spread.
"""

from dataclasses import dataclass
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from recog.types import Calibration, ClusterRule, Distances, Scatter

SIZES = np.geomspace(1.0, 1024.0, 11)
"""Photos of people for which the reach of a linkage is worked out."""

SEPARATED = 0.5
"""Steepness of the odds that two sets of faces are one person, over that of two lone faces. The rule's fit says how
alike sets are; that they are still two, by the rule or by a human, says that something is odd about them. Made-up
libraries of CelebA, Pins, LFW and families: logistic fits give 0.33 to 0.53. Said against right there, pairs of
clusters: 0.10 0.12, 0.33 0.37; of people of two names: 0.10 0.09, 0.29 0.33, 0.67 1.00, 0.91 1.00. The probability of
two lone faces at the mean distance, which counts neither sizes nor the library's, said 0.97 where 0.30 was right."""

Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Linkage:
    """When two clusters merge: a linkage of at most threshold.

    Without a scatter the linkage of two clusters is the mean squared distance over all pairs of their faces (average
    linkage); with one, the squared distance at which two lone faces are as likely one person as these clusters are. It
    is below zero where no two faces could be as sure.
    """

    threshold: float
    scatter: Scatter | None = None

    @property
    def reach(self) -> float:
        """Mean squared distance beyond which hardly any clusters merge, however large they are."""
        return self._reach(SIZES)

    @property
    def reach_of_one(self) -> float:
        """The same of a lone face and a cluster."""
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
        """The linkage of clusters, (e,), from their sizes, the squared lengths of their means, and the means' products.

        Arguments broadcast against each other.
        """
        if self.scatter is None:
            return np.asarray(2.0 - 2.0 * products, np.float32)
        base, slope = _terms(self.scatter, sizes, others, norms, other_norms)
        one = np.ones(1)
        lone_base, lone_slope = _terms(self.scatter, one, one, one, one)
        cosines = (base + slope * products - lone_base) / lone_slope
        return np.asarray(2.0 - 2.0 * cosines, np.float32)


def _terms(scatter: Scatter, sizes: Reals, others: Reals, norms: Reals, other_norms: Reals) -> tuple[Reals, Reals]:
    """The log likelihood ratio is the first + the second * product of the means; both over D / 2."""
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
    """The rule in a library of that many faces: among ten times as many, a look-alike is ten times as likely.

    The logarithm of the likelihood ratio that a merge takes grows with that of the number of faces.
    """
    one = np.ones(1)
    _, slope = _terms(rule.scatter, one, one, one, one)
    steepness = float(slope[0]) * rule.scatter.dimensions / 2.0  # of the log likelihood ratio, by cosine
    shift = 2.0 * log(max(faces, 1) / rule.faces) / steepness
    return Linkage(float(np.clip(rule.threshold - shift, 0.0, 4.0)), rule.scatter)


def linkage_of(calibration: Calibration, faces: int, *, threshold: float | None = None) -> Linkage:
    """How a network's faces are grouped in a library of that many; a threshold replaces the calibrated one."""
    rule = calibration.clusters
    if rule is None:
        return Linkage(calibration.threshold if threshold is None else threshold)
    return linkage_for(rule, faces) if threshold is None else Linkage(threshold, rule.scatter)


def probability_of_one(linkage: float, rule: Linkage, calibration: Calibration) -> float:
    """Probability that two sets of faces with this linkage, which are two so far, are one person's.

    Even at the threshold, up to which faces are grouped: that counts how many photos there are of each, and how many
    faces the library holds.
    """
    exponent = SEPARATED * calibration.slope * (linkage - rule.threshold)
    return 1.0 / (1.0 + exp(exponent)) if exponent < 0 else exp(-exponent) / (1.0 + exp(-exponent))


def linkage_at(probability: float, rule: Linkage, calibration: Calibration) -> float:
    """The linkage at which two sets of faces are one person's with this probability, 0 to 1 exclusive."""
    return rule.threshold + log((1.0 - probability) / probability) / (SEPARATED * calibration.slope)
