"""Show one person."""

from recog.library.people.results import PersonDetail
from recog.store.catalog import Catalog


def detail(catalog: Catalog, name: str) -> PersonDetail:
    """A person with all faces and where they are, confirmed ones first."""
    person = catalog.people.by_name(name)
    faces = sorted(
        catalog.faces.of_person(person.id),
        key=lambda face: (face.squared_distance is not None, face.squared_distance or 0.0, face.id),
    )
    paths = catalog.files.paths({face.photo_id for face in faces})
    return PersonDetail(person, tuple((face, tuple(paths.get(face.photo_id, ()))) for face in faces))
