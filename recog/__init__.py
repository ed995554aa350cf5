"""recog: index photo libraries by face, on your own machine.

>>> import recog
>>> with recog.PhotoLibrary.open() as library:  # doctest: +SKIP
...     library.index([Path("~/Pictures").expanduser()])
...     library.people.enrol("Ada", [Path("ada.jpg")])
...     print(library.identify(Path("party.jpg")))
>>> for face in recog.FaceReader.open().read("party.jpg"):  # doctest: +SKIP
...     print(face.box, face.embedding)  # without a library

The library and its settings load when first used: importing recog loads neither torch nor faiss nor SQLAlchemy.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from recog.errors import (
    CatalogError,
    ConfigError,
    LibraryBusyError,
    NoFaceFoundError,
    NoLibraryError,
    PhotoError,
    RecogError,
    SeveralFacesFoundError,
    UnknownPersonError,
)

if TYPE_CHECKING:
    from recog.config import Settings, read_settings
    from recog.distance import squared_distances
    from recog.library.face_reader import FaceReader
    from recog.library.photo_library import PhotoLibrary

__version__ = "0.1.0"
__all__ = [
    "CatalogError",
    "ConfigError",
    "FaceReader",
    "LibraryBusyError",
    "NoFaceFoundError",
    "NoLibraryError",
    "PhotoError",
    "PhotoLibrary",
    "RecogError",
    "Settings",
    "SeveralFacesFoundError",
    "UnknownPersonError",
    "read_settings",
    "squared_distances",
]

_HOMES = {
    "FaceReader": "recog.library.face_reader",
    "PhotoLibrary": "recog.library.photo_library",
    "Settings": "recog.config",
    "read_settings": "recog.config",
    "squared_distances": "recog.distance",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'recog' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
