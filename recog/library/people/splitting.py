"""Split a name that several people bear."""

import numpy as np

from recog.cluster.likelihood import linkage_of
from recog.cluster.linkage import identity_clusters
from recog.errors import CatalogError, WayOut
from recog.library.networks import Networks
from recog.library.people.results import SplitPerson
from recog.store.catalog import Catalog
from recog.types import Origin


def split(catalog: Catalog, networks: Networks, name: str, *, threshold: float | None) -> SplitPerson:
    """Take apart a name that several people bear: cluster the person's faces, and keep one cluster.

    The cluster with most confirmed faces keeps the name (ties: the larger, then the older one). The other faces are
    said not to be this person, so no job gives them the name back; they are nobody's until somebody names them.
    The caller holds the writer's lock.
    """
    person = catalog.people.by_name(name)
    faces = catalog.embeddings.mark(networks.info.sha256).count
    linkage = linkage_of(networks.calibration, faces, threshold=threshold)
    known = {face.id: face for face in catalog.faces.of_person(person.id)}
    face_ids, embeddings = catalog.embeddings.of_faces(known, networks.info.sha256)
    photo_ids = np.array([known[face_id].scene for face_id in face_ids.tolist()], dtype=np.int64)
    labels = identity_clusters(embeddings, linkage, photo_ids=photo_ids)
    groups = [face_ids[labels == label].tolist() for label in np.unique(labels[labels >= 0])]
    groups += [[face_id] for face_id in face_ids[labels < 0].tolist()]
    if len(groups) < 2:
        if len(face_ids) < 2:
            seen = "one face" if len(face_ids) else "no face"
            raise CatalogError(f"{person.name} has {seen} that this network has seen: to split takes two at least")
        raise CatalogError(
            f"the {len(face_ids)} faces of {person.name} hang together up to distance {linkage.threshold:.3f}",
            way_out=WayOut.SPLIT_CLOSER,
        )

    def weight(group: list[int]) -> tuple[int, int, int]:
        return sum(known[one].origin is Origin.CONFIRMED for one in group), len(group), -min(group)

    kept = max(groups, key=weight)
    others = sorted((group for group in groups if group is not kept), key=lambda group: (-len(group), group))
    catalog.acts.reject([face_id for group in others for face_id in group], person.id, kind="split")
    return SplitPerson(catalog.people.by_id(person.id), linkage.threshold, tuple(map(tuple, others)))
