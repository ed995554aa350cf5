"""Download a handful of public portraits from PyPI packages, for a first look at recog.

pip downloads each package, its digest is checked, and only the pictures listed here are extracted: portraits of two US
presidents (face_recognition's tests, official White House photographs), NASA's portrait of an astronaut (scikit-image)
and the US Navy's portrait of Grace Hopper (matplotlib).
"""

import hashlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Package:
    """A file on PyPI and the pictures in it: member name -> name on disk."""

    requirement: str
    options: tuple[str, ...]
    sha256: str
    pictures: dict[str, str]


WHEEL = ("--only-binary=:all:", "--platform=manylinux_2_28_x86_64", "--platform=manylinux_2_17_x86_64",
         "--implementation=cp", "--python-version=3.11", "--abi=cp311")  # fmt: skip
TESTS = "face_recognition-1.3.0/tests/test_images"
PACKAGES = (
    Package(
        "face_recognition==1.3.0",
        ("--no-binary=:all:",),
        "5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec",
        {
            f"{TESTS}/obama.jpg": "obama.jpg",
            f"{TESTS}/obama2.jpg": "obama2.jpg",
            f"{TESTS}/obama3.jpg": "obama3.jpg",
            f"{TESTS}/obama_partial_face.jpg": "obama_partly_cut.jpg",
            f"{TESTS}/biden.jpg": "biden.jpg",
        },
    ),
    Package(
        "scikit-image==0.26.0",
        WHEEL,
        "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
        {"skimage/data/astronaut.png": "astronaut.png"},
    ),
    Package(
        "matplotlib==3.11.2",
        WHEEL,
        "07d9b9fa60cd4c393692f50d0bb03123242ddf61c99bb0e95e75feb354e7c1a8",
        {"matplotlib/mpl-data/sample_data/grace_hopper.jpg": "grace_hopper.jpg"},
    ),
)


def download(package: Package, directory: Path) -> Path:
    """Download a package; return its file, with the digest checked."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(directory)]
    subprocess.run([*command, *package.options, package.requirement], check=True)
    (path,) = (p for p in directory.iterdir() if hashlib.sha256(p.read_bytes()).hexdigest() == package.sha256)
    return path


def extract(path: Path, member: str) -> bytes:
    """Return one member of a wheel or sdist."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            return wheel.read(member)
    with tarfile.open(path) as sdist:
        file = sdist.extractfile(member)
        if file is None:
            raise SystemExit(f"{path.name} has no {member}")
        return file.read()


def main() -> None:
    """Fill the directory given on the command line."""
    target = Path(sys.argv[1])
    wanted = {name for package in PACKAGES for name in package.pictures.values()}
    if all((target / name).is_file() for name in wanted):
        return
    target.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        print(f"bringing {package.requirement} for its portraits", file=sys.stderr)
        with tempfile.TemporaryDirectory() as directory:
            path = download(package, Path(directory))
            for member, name in package.pictures.items():
                (target / name).write_bytes(extract(path, member))


if __name__ == "__main__":
    main()
