"""Choose who searches a library's faces."""

from recog.config import Settings
from recog.library.recognition.live_index import LiveIndex
from recog.library.recognition.server_index import ServerIndex
from recog.library.recognition.vector_index import VectorIndex
from recog.store.catalog import Catalog
from recog.types import NetworkInfo


def index_of(catalog: Catalog, network: NetworkInfo, *, settings: Settings, device: str) -> VectorIndex:
    """Return the index of a network's faces, which reads nothing until it is asked.

    A server searches its own catalog. A file's index is a FAISS file in the library's directory. With the setting
    `index` "memory", FAISS holds a copy of either in memory, and no file is written.
    """
    if settings.index == "memory":
        return LiveIndex(catalog, None, network, device=device)
    if catalog.on_server:
        return ServerIndex(catalog, network)
    return LiveIndex(catalog, settings.library / "index", network, device=device)
