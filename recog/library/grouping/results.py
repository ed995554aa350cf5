"""Results of grouping faces."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Who a whole cluster without a name may be: squared_distance is the mean to the person's confirmed faces.

    twins: the person's twins, any of whom the cluster may be instead, by name.
    """

    person: str
    probability: float
    squared_distance: float
    twins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClusterSummary:
    """One cluster of the library. person: the name most of its named faces bear, if any; named: how many bear it.

    number is the cluster's for life where it is remembered (identity clusters), else its place by size. suggestion: who
    it probably is, where no face has a name. twins: the twins of `person`.
    """

    number: int
    size: int
    face_ids: tuple[int, ...]
    person: str | None
    named: int
    suggestion: Suggestion | None = None
    twins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClusterReport:
    """`cluster`: method is 'identity' or 'kmeans'; k_reason says where k came from (k-means alone, else empty).

    joined counts faces that came to earlier clusters, which stayed; None where all faces were grouped anew.
    """

    method: str
    clusters: tuple[ClusterSummary, ...]
    singletons: int
    threshold: float | None
    k_reason: str
    seconds: float
    joined: int | None = None
