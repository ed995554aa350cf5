"""Everything that the library knows of a person, as one zip archive: the right of access (GDPR, article 15)."""

import json
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from recog.lookalikes import twins_of
from recog.query.conditions import people_in
from recog.store.catalog import Catalog
from recog.types import Face, Person

DATA, README = "data.json", "README.txt"
_EXPLAINED = """What recog, a program that indexes photos by face, knows of {name}.

data.json
  person       the name, whether lists leave it out, the day of birth, whether pictures for others may show it
  faces        each face that carries the name: the photo (digest, files, time), the place on it in pixels, how sure the
               detector was, who gave the name ("confirmed": the user, "matched": the program, by distance), and the
               embedding of each network: the numbers by which faces are compared
  rejected     numbers of faces of which the user said that they are not this person
  distinct     people of whom the user said that they are not this person
  twins        people whom the user called twins of this person
  albums       albums whose query names the person
  history      what the user did, and when
faces/N.jpg    the thumbnail of face number N

Photos are not in this archive; recog can copy them too. recog sent nothing of this anywhere.
"""


def disclosure(catalog: Catalog, name: str) -> bytes:
    """Return the archive; UnknownPersonError if nobody has the name."""
    buffer = BytesIO()
    with catalog.repeatable_reads():
        person = catalog.people.by_name(name)
        faces = catalog.faces.of_person(person.id)
        thumbnails = catalog.faces.thumbnails(face.id for face in faces)
        document = _document(catalog, person, faces)
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        archive.writestr(README, _EXPLAINED.format(name=person.name))
        archive.writestr(DATA, json.dumps(document, indent=1))
        for face_id, jpeg in sorted(thumbnails.items()):
            archive.writestr(f"faces/{face_id}.jpg", jpeg)
    return buffer.getvalue()


def _document(catalog: Catalog, person: Person, faces: list[Face]) -> dict[str, object]:
    rejected = sorted(face_id for face_id, who in catalog.people.rejections().items() if person.id in who)
    pairs = [pair for pair in catalog.people.distinct_pairs() if person.id in pair]
    others = catalog.people.by_ids({one for pair in pairs for one in pair} - {person.id})
    twins = catalog.people.by_ids(twins_of(catalog.people.twin_pairs()).get(person.id, ()))
    return {
        "person": {
            "number": person.id,
            "name": person.name,
            "hidden": person.hidden,
            "born": None if person.born is None else person.born.isoformat(),
            "cover": person.cover_face_id,
            "never_shared": person.id in catalog.people.never_shared(),
        },
        "faces": list(_faces(catalog, faces)),
        "rejected": rejected,
        "distinct": sorted(one.name for one in others.values()),
        "twins": sorted(one.name for one in twins.values()),
        "albums": [one.name for one in catalog.albums.all() if person.id in people_in(one.condition)],
        "history": list(_history(catalog, person)),
    }


def _history(catalog: Catalog, person: Person) -> Iterator[dict[str, object]]:
    """Yield the acts on a person, also under former names and under those of people who were merged into the person."""
    names: set[str | None] = {person.name}
    for act in catalog.acts.history():  # the latest first
        if names.isdisjoint(act.people.values()):
            continue
        if act.kind == "rename" or (act.kind == "merge" and act.people["target"] in names):
            names |= set(act.people.values()) - {None}
        yield {"act": act.id, "at": act.at, "kind": act.kind, "people": act.people, "faces": act.face_ids}


def _faces(catalog: Catalog, faces: list[Face]) -> Iterator[dict[str, object]]:
    photos = catalog.photos.by_ids({face.photo_id for face in faces})
    paths = catalog.files.paths({face.photo_id for face in faces})
    embeddings: dict[str, dict[int, list[float]]] = {}
    for sha256 in catalog.embeddings.networks():
        ids, rows = catalog.embeddings.of_faces([face.id for face in faces], sha256)
        embeddings[sha256] = dict(zip(ids.tolist(), rows.tolist(), strict=True))
    for face in faces:
        photo = photos[face.photo_id]
        yield {
            "number": face.id,
            "photo": {
                "sha256": photo.sha256,
                "files": [str(path) for path in paths.get(photo.id, ())],
                "taken_at": None if photo.taken_at is None else photo.taken_at.isoformat(),
            },
            "box": [face.box.left, face.box.top, face.box.right, face.box.bottom],
            "landmarks": face.box.landmarks,
            "score": face.box.score,
            "sharpness": face.sharpness,
            "origin": face.origin,
            "squared_distance": face.squared_distance,
            "drawn": face.drawn,
            "embeddings": {sha256: known[face.id] for sha256, known in embeddings.items() if face.id in known},
        }
