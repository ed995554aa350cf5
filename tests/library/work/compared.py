"""What two libraries of the same photos must have in common."""

from tests.painted import PaintedLibrary


def everything(library: PaintedLibrary) -> dict[str, object]:
    """Return photos by digest with their paths and faces, and failures; numbers may differ between libraries."""
    catalog = library.context.catalog
    photos = catalog.photos.by_digests(catalog.photos.all_digests())
    paths = catalog.files.paths([photo.id for photo in photos.values()])
    faces = catalog.faces.of_photos(photo.id for photo in photos.values())
    ids = [face.id for theirs in faces.values() for face in theirs]
    found, vectors = catalog.embeddings.of_faces(ids, library.networks.info.sha256)
    vector_of = dict(zip(found.tolist(), vectors, strict=True))
    shown = {
        digest: (
            tuple(map(str, paths[photo.id])),
            sorted(
                (face.box.left, face.box.top, face.box.right, vector_of[face.id].tobytes()) for face in faces[photo.id]
            ),
        )
        for digest, photo in photos.items()
    }
    return {"photos": shown, "failures": sorted((str(one.stat.path), one.reason) for one in catalog.files.failures())}
