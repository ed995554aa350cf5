"""Enrol people, confirm their faces, and keep their names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from recog.boxes import SAME_FACE_IOU, iou, match_boxes
from recog.errors import CatalogError, UnknownPersonError, WayOut
from recog.library.drawn import embedded
from recog.library.grouping.clusters import open_faces
from recog.library.indexing.drawn_edits import DrawnEdits
from recog.library.indexing.edited import MovedEdits
from recog.library.indexing.results import LostWord
from recog.library.networks import Networks
from recog.library.people.near_names import refuse_near
from recog.library.people.results import Confirmation, ConfirmedFace, EnrolledFace, Enrolment
from recog.library.probes import Probe, pick_face, read_probe, scanned
from recog.library.recognition.matching import match_now
from recog.photos import stat_photo
from recog.photos.video.formats import is_video
from recog.quality import doubt_of
from recog.store.catalog import Catalog
from recog.store.records import ScannedPhoto
from recog.types import DecodedPhoto, FaceBox, FileStat, Person


@dataclass(frozen=True, slots=True)
class Portrait:
    """A photo file as it was read, and the row of the face that is meant."""

    stat: FileStat
    probe: Probe
    row: int


def read_portraits(networks: Networks, photos: Sequence[Path], *, face: int | None) -> list[Portrait]:
    """Read photos that are to show one person; needs no library, and one that cannot be used is an error."""
    if video := next((path for path in photos if is_video(path)), None):
        raise CatalogError(
            f"{video} is a video: index it, and confirm one of its faces by number", way_out=WayOut.INDEX
        )
    stats = [stat_photo(path) for path in photos]
    probes = [read_probe(path, networks) for path in photos]
    return [Portrait(stat, probe, pick_face(probe, face)) for stat, probe in zip(stats, probes, strict=True)]


def enrol(
    catalog: Catalog, networks: Networks, name: str, portraits: Sequence[Portrait], *, k: int, near: bool
) -> Enrolment:
    """Confirm that each photo shows the person; one photo is enough, and more make the gallery wider.

    A new person is made where nobody has the name; NearNameError where somebody has nearly that name, unless `near`.
    The caller holds the writer's lock.
    """
    if not near and not catalog.people.is_known(name):
        refuse_near(catalog, name)
    photo_ids, lost = _stored_photos(catalog, networks, portraits)
    face_ids = [_stored_face(catalog, *row) for row in zip(photo_ids, portraits, strict=True)]
    owners = _owners(catalog, face_ids)
    person, created = catalog.acts.enrol(name, face_ids)
    match_now(catalog, networks, k=k)
    return Enrolment(
        catalog.people.by_id(person.id),
        created,
        tuple(
            EnrolledFace(one.probe.path, face_id, box, _other(owners, face_id, person), doubt_of(box))
            for one, face_id in zip(portraits, face_ids, strict=True)
            for box in (one.probe.faces.boxes[one.row],)
        ),
        lost,
    )


def confirm(
    catalog: Catalog,
    networks: Networks,
    name: str,
    face_ids: Sequence[int],
    *,
    cluster: int | None,
    new: bool,
    near: bool,
) -> Confirmation:
    """Confirm that faces, or the unnamed ones of a remembered cluster, are a person; the caller holds the lock.

    Nobody of the name is an UnknownPersonError, or somebody new with `new`; where somebody has nearly that name, this
    is a NearNameError, unless `near`.
    """
    try:
        known = catalog.people.by_name(name)
    except UnknownPersonError as error:
        if not new:
            raise UnknownPersonError(str(error), alike=error.alike, known=error.known, may_be_new=True) from error
        if not near:
            refuse_near(catalog, name)
        known = None
    wanted = list(face_ids)
    if cluster is not None:
        wanted += open_faces(catalog, networks, cluster, None if known is None else known.id)
    wanted = list(dict.fromkeys(wanted))
    owners = _owners(catalog, wanted)
    if known is None:
        person = catalog.acts.enrol(name, wanted)[0]
    else:
        person = known
        catalog.acts.confirm(wanted, person.id)
    return Confirmation(
        person, known is None, tuple(ConfirmedFace(face_id, _other(owners, face_id, person)) for face_id in wanted)
    )


def _owners(catalog: Catalog, face_ids: Sequence[int]) -> dict[int, Person]:
    """Whom humans have called these faces until now."""
    before = catalog.people.confirmed_owners(face_ids)
    people = catalog.people.by_ids(before.values())
    return {face_id: people[person_id] for face_id, person_id in before.items()}


def _other(owners: Mapping[int, Person], face_id: int, person: Person) -> str | None:
    """The name of the face's owner, where that is somebody else."""
    owner = owners.get(face_id)
    return None if owner is None or owner.id == person.id else owner.name


def _stored_photos(
    catalog: Catalog, networks: Networks, portraits: Sequence[Portrait]
) -> tuple[list[int], tuple[LostWord, ...]]:
    """The catalog's numbers of the photos; what these networks have not processed yet is saved, all at once.

    And what that lost because photos were edited since they were indexed.
    """
    detector, network = networks.detector.sha256, networks.info
    known: dict[str, int] = {}
    fresh: dict[str, ScannedPhoto] = {}
    pixels = {one.probe.photo.sha256: one.probe.photo for one in portraits}
    for one in portraits:
        photo = one.probe.photo
        stored = catalog.photos.by_digest(photo.sha256, detector=detector, network=network.sha256)
        if stored is not None and stored.current:
            known[photo.sha256] = stored.photo.id
            catalog.files.link(one.stat, stored.photo.id)
        else:
            fresh[photo.sha256] = scanned(one.stat, photo, one.probe.faces, one.probe.embeddings)
    drawn = catalog.faces.drawn()
    photos = [_with_drawn(one, drawn.get(one.sha256, ()), pixels[one.sha256], networks) for one in fresh.values()]
    moved_from = MovedEdits(catalog, network.sha256).earlier(photos)
    if drawn:
        photos = DrawnEdits(catalog, networks).completed(photos, moved_from, lambda photo: pixels[photo.sha256])
    saved = catalog.photos.save(photos, detector=detector, network=network, moved_from=moved_from)
    known |= {sha256: photo.photo_id for sha256, photo in zip(fresh, saved, strict=True)}
    carried = {face_id for photo in saved for face_id in photo.carried}
    lost = [
        LostWord(scan.stat.path, fact.kind, fact.person)
        for scan, photo in zip(photos, saved, strict=True)
        for fact in photo.lost
        if fact.face_id not in carried
    ]
    return [known[one.probe.photo.sha256] for one in portraits], tuple(lost)


def _with_drawn(scan: ScannedPhoto, drawn: Sequence[FaceBox], photo: DecodedPhoto, networks: Networks) -> ScannedPhoto:
    """Add the faces that a user drew on the photo and that the detector did not find."""
    found = [face.box for face in scan.faces]
    missed = [one for one in drawn if all(iou(one, box) < SAME_FACE_IOU for box in found)]
    return replace(scan, faces=(*scan.faces, *embedded(photo, networks, missed))) if missed else scan


def _stored_face(catalog: Catalog, photo_id: int, portrait: Portrait) -> int:
    """The catalog's number of a face that was just saved; a forgotten person's is not among the saved ones."""
    stored = catalog.faces.of_photo(photo_id)
    pairs = match_boxes([portrait.probe.faces.boxes[portrait.row]], [face.box for face in stored], SAME_FACE_IOU)
    if not pairs:
        raise CatalogError(
            f"the face in {portrait.probe.path} belongs to somebody who was forgotten, and stays so: "
            "enrol another photo of the person"
        )
    return stored[pairs[0][1]].id
