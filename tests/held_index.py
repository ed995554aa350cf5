"""The FAISS index of a library on SQLite, as tests look into it."""

from recog.library.photo_library import PhotoLibrary
from recog.library.recognition.live_index import LiveIndex


def live_index(library: PhotoLibrary) -> LiveIndex:
    """The index of a library whose faces FAISS holds."""
    index = library.context.vector_index
    assert isinstance(index, LiveIndex)
    return index
