"""People whose galleries lie near each other: who looks like whom."""

import numpy as np

from recog.library.networks import Networks
from recog.library.people.results import LookAlike, SimilarPeople
from recog.lookalikes import twins_of
from recog.store.catalog import Catalog


def similar(catalog: Catalog, networks: Networks, name: str, *, k: int) -> SimilarPeople:
    """Return the k people whose confirmed faces are nearest to a person's, without hidden people.

    The squared distance of two galleries is the mean over all pairs of faces across them. Faces of which the detector
    was unsure do not count; somebody without any other is like nobody.
    """
    with catalog.repeatable_reads():
        person = catalog.people.by_name(name)
        gallery = catalog.embeddings.gallery(networks.info.sha256)
        known = {one.id: one for one in catalog.people.all()}
        apart = {other for pair in catalog.people.distinct_pairs() if person.id in pair for other in pair}
        twins = twins_of(catalog.people.twin_pairs()).get(person.id, frozenset())
    order = np.argsort(gallery.person_ids, kind="stable")
    owners, starts = np.unique(gallery.person_ids[order], return_index=True)
    if person.id not in owners:
        return SimilarPeople(person, ())
    sums = np.add.reduceat(gallery.embeddings[order].astype(np.float64), starts, axis=0)
    means = sums / np.diff([*starts.tolist(), len(order)])[:, np.newaxis]
    squared = 2.0 - 2.0 * means @ means[np.searchsorted(owners, person.id)]  # every embedding is of unit length
    nearest = [place for place in np.argsort(squared, kind="stable").tolist() if int(owners[place]) in known]
    others = [(int(owners[place]), float(squared[place])) for place in nearest]
    return SimilarPeople(
        person,
        tuple(
            LookAlike(known[person_id], max(0.0, distance), person_id in apart, person_id in twins)
            for person_id, distance in others
            if person_id != person.id
        )[:k],
    )
