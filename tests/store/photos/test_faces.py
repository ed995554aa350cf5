"""Faces, embeddings as a stream, and the log that lets an index catch up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recog.store.embedding_records import EmbeddingMark

if TYPE_CHECKING:
    from recog.store.catalog import Catalog
    from tests.store.conftest import Scans


def test_embeddings_stream_in_runs_in_the_order_they_were_stored(catalog: Catalog, scans: Scans) -> None:
    batch = [scans.photo(f"{number}.jpg", f"c{number}", scans.face(10), scans.face(60)) for number in range(5)]
    saved = scans.save(catalog, *batch)
    runs = list(catalog.embeddings.batches(scans.network.sha256, batch=4))
    assert [len(run.face_ids) for run in runs] == [4, 4, 2]
    assert np.concatenate([run.face_ids for run in runs]).tolist() == [i for photo in saved for i in photo.face_ids]
    expected = np.stack([face.embedding for photo in batch for face in photo.faces])
    assert np.array_equal(np.concatenate([run.embeddings for run in runs]), expected)
    (rest,) = catalog.embeddings.batches(scans.network.sha256, after=runs[1].last_id)
    assert rest.face_ids.tolist() == list(saved[-1].face_ids)


def test_an_unknown_network_has_nothing_in_shapes_that_fit(catalog: Catalog) -> None:
    unknown = "f" * 64
    assert list(catalog.embeddings.batches(unknown)) == []
    assert catalog.embeddings.mark(unknown) == EmbeddingMark(0, 0, 0)
    ids, vectors = catalog.embeddings.of_faces([1, 2], unknown)
    assert (ids.shape, str(ids.dtype), vectors.shape, str(vectors.dtype)) == ((0,), "int64", (0, 128), "float32")
    gallery = catalog.embeddings.gallery(unknown)
    assert (gallery.face_ids.shape, gallery.person_ids.shape, gallery.embeddings.shape) == ((0,), (0,), (0, 128))


def test_an_index_that_replays_the_logs_holds_what_the_catalog_holds(catalog: Catalog, scans: Scans) -> None:
    """Twenty rounds of adding, replacing and removing; a dict that follows the two logs stays equal."""
    index: dict[int, bytes] = {}
    last_embedding = last_removal = 0
    digest = scans.network.sha256
    for step in range(20):
        name = f"{step % 7}.jpg"
        count = int(scans.random.integers(0, 4))
        same_content = bool(scans.random.integers(0, 2))
        content = name if same_content else f"{name} {step}"
        scans.save(catalog, scans.photo(name, content, *(scans.face(50 * k) for k in range(count))))
        if step % 3 == 0:
            catalog.photos.delete_orphans()
        last_removal, gone = catalog.embeddings.removals(last_removal, digest)
        for face_id in gone.tolist():
            index.pop(face_id, None)
        for run in catalog.embeddings.batches(digest, after=last_embedding):
            assert not set(run.face_ids.tolist()) & set(index)
            index |= {int(i): v.tobytes() for i, v in zip(run.face_ids, run.embeddings, strict=True)}
            last_embedding = run.last_id
        truth = {
            int(i): v.tobytes()
            for run in catalog.embeddings.batches(digest)
            for i, v in zip(run.face_ids, run.embeddings, strict=True)
        }
        assert index == truth
        mark = catalog.embeddings.mark(digest)
        assert (mark.count, mark.last_removal_id) == (len(truth), last_removal)
        assert mark.last_embedding_id <= last_embedding
    assert last_removal > 10


def test_face_numbers_are_never_given_again(catalog: Catalog, scans: Scans) -> None:
    (first,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10)))
    scans.save(catalog, scans.photo("1.jpg", "A"))  # the face with the highest number is gone
    (again,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10)))
    assert again.face_ids[0] > first.face_ids[0]


def test_asking_for_many_faces_needs_no_limit(catalog: Catalog, scans: Scans) -> None:
    (saved,) = scans.save(catalog, scans.photo("1.jpg", "A", scans.face(10)))
    many = range(1, 40_000)  # SQLite takes 32,766 parameters
    assert list(catalog.faces.by_ids(many)) == list(saved.face_ids)
    assert list(catalog.faces.thumbnails(many)) == list(saved.face_ids)
    assert catalog.embeddings.of_faces(many, scans.network.sha256)[0].tolist() == list(saved.face_ids)
    assert list(catalog.files.paths(many)) == [saved.photo_id]


def test_owners_are_those_of_all_faces(catalog: Catalog, scans: Scans) -> None:
    assert len(catalog.faces.owners().face_ids) == 0
    first, second = scans.save(
        catalog, scans.photo("1.jpg", "A", scans.face(10)), scans.photo("2.jpg", "B", scans.face(10))
    )
    (one,), (other,) = first.face_ids, second.face_ids
    ann, bob = catalog.people.add("Ann"), catalog.people.add("Bob")
    catalog.acts.confirm([one], ann.id)
    catalog.matches.replace(scans.network.sha256, [(other, bob.id, 0.25)])
    owners = catalog.faces.owners()
    assert owners.face_ids.tolist() == [one, other]
    assert owners.photo_ids.tolist() == [first.photo_id, second.photo_id]
    assert owners.person_ids.tolist() == [ann.id, bob.id]
    assert owners.confirmed.tolist() == [True, False]
    catalog.acts.reject([other], bob.id)
    assert catalog.faces.owners().person_ids.tolist() == [ann.id, -1]
