"""Clusters: the latest run of each network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from recog.errors import CatalogError
from recog.types import Cluster
from tests.store.seen import clusters_of

if TYPE_CHECKING:
    from recog.store.catalog import Catalog
    from tests.store.conftest import Scans


def as_values(clusters: list[Cluster]) -> list[tuple[tuple[int, ...], list[float]]]:
    return [(cluster.face_ids, cluster.centroid.tolist()) for cluster in clusters]


def test_clusters_come_back_in_their_order(catalog: Catalog, scans: Scans) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", *(scans.face(40 * k) for k in range(4))))
    one, two, three, four = saved.face_ids
    made = [Cluster((four, one), scans.vector()), Cluster((three, two), scans.vector())]
    digest = scans.network.sha256
    catalog.clusters.save(digest, "identity", {"threshold": 0.9, "seed": 0}, made)
    assert as_values(clusters_of(catalog, digest)) == as_values(made)
    run = catalog.clusters.run(digest)
    assert run is not None
    assert (run.method, run.parameters) == ("identity", {"threshold": 0.9, "seed": 0})
    assert catalog.upkeep.counts().clusters == 2


def test_a_new_run_replaces_the_old_one(catalog: Catalog, scans: Scans) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10), scans.face(60)))
    digest = scans.network.sha256
    catalog.clusters.save(digest, "identity", {}, [Cluster(saved.face_ids, scans.vector())])
    second = [Cluster((saved.face_ids[0], 4444), scans.vector())]  # 4444 is gone meanwhile
    catalog.clusters.save(digest, "kmeans", {"k": 1}, second)
    assert [cluster.face_ids for cluster in clusters_of(catalog, digest)] == [(saved.face_ids[0],)]
    catalog.clusters.save(digest, "kmeans", {"k": 0}, [])
    assert clusters_of(catalog, digest) == []
    assert catalog.clusters.run(digest) is not None


def test_no_run_is_none_and_an_unknown_network_a_sentence(catalog: Catalog, scans: Scans) -> None:
    assert clusters_of(catalog, scans.network.sha256) == []
    assert catalog.clusters.run(scans.network.sha256) is None
    with pytest.raises(CatalogError, match="index photos first"):
        catalog.clusters.save(scans.network.sha256, "identity", {}, [])


def test_forgetting_takes_a_face_out_of_its_centroid(catalog: Catalog, scans: Scans) -> None:
    scan = scans.photo("1.jpg", "A", *(scans.face(40 * k) for k in range(4)))
    (saved,) = scans.save(catalog, scan)
    one, two, three, four = saved.face_ids
    digest = scans.network.sha256
    catalog.clusters.save(
        digest, "identity", {}, [Cluster((one, two, three), scans.vector()), Cluster((four,), scans.vector())]
    )
    ann = catalog.people.add("Ann")
    catalog.acts.confirm([one, four], ann.id)
    catalog.erasure.forget(ann.id)
    (left,) = clusters_of(catalog, digest)
    mean = (scan.faces[1].embedding + scan.faces[2].embedding) / 2
    assert left.face_ids == (two, three)
    assert np.allclose(left.centroid, mean / np.linalg.norm(mean), atol=1e-6)


def test_a_photo_that_goes_takes_its_faces_out_of_clusters_and_centroids(catalog: Catalog, scans: Scans) -> None:
    faces = [scans.face(10) for _ in range(4)]
    saved = scans.save(catalog, *(scans.photo(f"{n}.jpg", f"content {n}", face) for n, face in enumerate(faces)))
    one, two, three, four = (photo.face_ids[0] for photo in saved)
    digest = scans.network.sha256
    catalog.clusters.save(
        digest, "identity", {}, [Cluster((one, two, three), scans.vector()), Cluster((four,), scans.vector())]
    )
    catalog.files.drop([scans.path("0.jpg"), scans.path("3.jpg")], folders=[])
    (left,) = clusters_of(catalog, digest)
    mean = (faces[1].embedding + faces[2].embedding) / 2
    assert left.face_ids == (two, three)
    assert np.allclose(left.centroid, mean / np.linalg.norm(mean), atol=1e-6)
    assert catalog.upkeep.counts().clusters == 1


def test_clusters_that_stay_the_same_are_left_alone_and_changed_ones_are_not(catalog: Catalog, scans: Scans) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", *(scans.face(40 * k) for k in range(6))))
    faces, digest = saved.face_ids, scans.network.sha256
    made = [Cluster(faces[:2], scans.vector()), Cluster(faces[2:4], scans.vector())]
    same, other = catalog.clusters.save(digest, "identity", {}, made)
    changed = [same, Cluster((*faces[2:4], faces[4]), scans.vector(), other.number), Cluster(faces[5:], scans.vector())]
    again = catalog.clusters.save(digest, "identity", {}, changed)
    assert [one.number for one in again[:2]] == [same.number, other.number]
    assert sorted(as_values(clusters_of(catalog, digest))) == sorted(as_values(changed))
    moved = Cluster(same.face_ids, scans.vector(), same.number)
    catalog.clusters.save(digest, "identity", {}, [moved])
    assert as_values(clusters_of(catalog, digest)) == as_values([moved]), "the same faces, embedded anew"


@pytest.mark.parametrize("seed", range(6))
def test_however_clusters_change_they_come_back_as_they_were_saved(catalog: Catalog, scans: Scans, seed: int) -> None:
    """Faces come, move to other clusters, go, and are ordered anew; some faces are forgotten between two runs."""
    draw = np.random.default_rng(seed)
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", *(scans.face(40 * k) for k in range(12))))
    digest = scans.network.sha256
    made = [Cluster(saved.face_ids[:4], scans.vector()), Cluster(saved.face_ids[4:6], scans.vector())]
    alive = list(saved.face_ids)
    for _ in range(6):
        before = catalog.clusters.save(digest, "identity", {}, made)
        assert sorted(as_values(clusters_of(catalog, digest))) == sorted(as_values(before))
        if draw.random() < 0.4:
            gone = alive.pop(int(draw.integers(len(alive))))
            one = catalog.people.add("Ann")
            catalog.acts.confirm([gone], one.id)
            catalog.erasure.forget(one.id)
            before = clusters_of(catalog, digest)
        free = draw.permutation([face_id for face_id in alive if all(face_id not in one.face_ids for one in before)])
        members = [list(one.face_ids) for one in before]
        for face_id in free.tolist()[:3]:
            members[int(draw.integers(len(members)))].append(face_id)
        if draw.random() < 0.3:
            members[0].insert(0, members[-1].pop())
        made = [
            Cluster(tuple(ids), one.centroid if draw.random() < 0.5 else scans.vector(), one.number)
            for ids, one in zip(members, before, strict=True)
            if ids
        ]
