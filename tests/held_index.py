"""The vector index of a library, as tests look into it."""

import numpy as np

from recog.library.photo_library import PhotoLibrary
from recog.library.recognition.live_index import LiveIndex


def live_index(library: PhotoLibrary) -> LiveIndex:
    """The index of a library whose faces FAISS holds."""
    index = library.context.vector_index
    assert isinstance(index, LiveIndex)
    return index


def held_faces(library: PhotoLibrary) -> list[int]:
    """The faces that the index of a small library holds, whichever engine searches, in order."""
    index = library.context.vector_index
    if isinstance(index, LiveIndex):
        return [int(face) for face in index.current().ids()]
    if not index.count:
        return []
    probe = np.zeros((1, library.context.networks.info.dim), np.float32)
    probe[0, 0] = 1
    (found,) = index.search(probe, index.count)
    return sorted(one.face_id for one in found)
