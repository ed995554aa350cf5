"""Why a face of the library looks like its person: the face beside the nearest confirmed one."""

from recog.boxes import rescaled
from recog.distance import squared_distances
from recog.errors import PhotoError, UnknownNumberError
from recog.explain.surroundings import surroundings
from recog.library.close_up import close_ups, longest_side
from recog.library.context import LibraryContext
from recog.library.explaining.faces import COARSE_STEP, Side, explain_face, explain_pair
from recog.library.explaining.results import ExplainedFace, ExplainedPair
from recog.library.recognition import neighbours, queries
from recog.library.recognition.results import FaceReasons
from recog.photos import DecodePool
from recog.quality import doubt_of
from recog.types import DecodedPhoto, Face, Origin


def partner(context: LibraryContext, face_id: int) -> tuple[FaceReasons, int | None]:
    """Return the reasons of a face's name, and the confirmed face that it is compared with; None if there is none.

    That is the nearest one of the person that the face is, or may be, as far as the detector is sure of it.

    Raises:
        UnknownNumberError: no face has the number.
    """
    catalog, networks = context.catalog, context.networks
    reasons = queries.why(catalog, networks, context.gallery, face_id)
    person = reasons.nearest_person or reasons.person
    if person is None or reasons.doubt is not None:
        return reasons, None
    others = [
        one.id
        for one in catalog.faces.of_person(person.id)
        if one.id != face_id and one.origin is Origin.CONFIRMED and doubt_of(one.box) is None
    ]
    _, own = catalog.embeddings.of_faces([face_id], networks.info.sha256)
    ids, theirs = catalog.embeddings.of_faces(others, networks.info.sha256)
    if not len(own) or not len(ids):
        return reasons, None
    return reasons, int(ids[squared_distances(own, theirs)[0].argmin()])


def explain_why(context: LibraryContext, face: Face, other_id: int | None) -> ExplainedFace | ExplainedPair:
    """Explain a face of the library alone, or beside another, by covering coarse squares.

    Raises:
        UnknownNumberError: no file shows one of the two photos any more.
    """
    networks, catalog = context.networks, context.catalog
    with DecodePool(context.decode_limits, processes=1) as pool:
        side = _side(context, pool, face)
        if other_id is None:
            return explain_face(networks, side, None, step=COARSE_STEP)
        decision = neighbours.compare(catalog, networks, face.id, other_id)
        other = _side(context, pool, catalog.faces.by_ids([other_id])[other_id])
        return explain_pair(networks, (side, other), decision, None, step=COARSE_STEP)


def _side(context: LibraryContext, pool: DecodePool, face: Face) -> Side:
    """Read a face's photo, or its best frame of a video, from the first of its files that still shows it."""
    catalog = context.catalog
    paths = catalog.files.paths([face.photo_id]).get(face.photo_id, ())
    photo = catalog.photos.by_ids([face.photo_id])[face.photo_id]
    at = 0.0 if face.span is None else face.span.best
    problems = []
    for path in paths:
        opened = pool.open(path, longest=longest_side(context.networks.detector), at=at)
        if isinstance(opened, DecodedPhoto) and opened.sha256 == photo.sha256:
            zoom = opened.width / photo.width  # frames of a video may come reduced
            ((pixels, box),) = close_ups(opened, [rescaled(face.box, zoom, zoom) if zoom != 1 else face.box])
            return Side(path, face.id, surroundings(pixels, box))
        problems.append(str(opened) if isinstance(opened, PhotoError) else f"{path} holds another photo by now")
    told = "; ".join(problems) or "all are gone"
    raise UnknownNumberError(f"no file shows face {face.id} any more: {told}")
