"""Publishing and loading, with every fault that the disk, a crash or a mix-up can bring."""

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import faiss
import numpy as np
import pytest

from recog.distance import unit_rows
from recog.errors import IndexUnreadableError, SearchIndexError, WayOut
from recog.index.faiss_index import FaceIndex
from recog.index.files import IndexMark, discard, load, network_directory, publish, sweep
from recog.index.manifest import FORMAT, MANIFEST, Manifest, encode_manifest, read_manifest
from recog.types import Embeddings, FaceIds

NETWORK = "ab" * 32
LIBRARY = "library-one"
DIM = 16
MARK = IndexMark(last_embedding_id=17, last_removal_id=4)
Load = Callable[[Path], tuple[FaceIndex, IndexMark]]


def load_here(directory: Path) -> tuple[FaceIndex, IndexMark]:
    return load(directory, library_id=LIBRARY, network_sha256=NETWORK, dim=DIM, device="cpu")


def some_index(count: int = 50, seed: int = 0, network: str = NETWORK) -> FaceIndex:
    vectors = unit_rows(np.random.default_rng(seed).normal(size=(count, DIM)).astype(np.float32))
    return FaceIndex.build([(np.arange(count), vectors)], network_sha256=network, dim=DIM, device="cpu")


def refusal(directory: Path) -> IndexUnreadableError:
    with pytest.raises(IndexUnreadableError) as caught:
        load_here(directory)
    return caught.value


@pytest.mark.parametrize("kind", ["flat", "ivf"])
def test_what_is_loaded_answers_as_what_was_published(
    kind: str,
    tmp_path: Path,
    make_index: Callable[[str, FaceIds, Embeddings], FaceIndex],
    face_ids: FaceIds,
    embeddings: Embeddings,
) -> None:
    index = make_index(kind, face_ids, embeddings)
    path = publish(index, tmp_path / "index", library_id=LIBRARY, mark=MARK)
    loaded, mark = load_here(tmp_path / "index")
    assert mark == MARK
    assert (loaded.kind, loaded.nprobe, loaded.recall) == (index.kind, index.nprobe, index.recall)
    assert loaded.ids().tolist() == index.ids().tolist()
    assert loaded.search(embeddings, 9) == index.search(embeddings, 9)
    assert path.parent == network_directory(tmp_path / "index", NETWORK)
    loaded.add(np.array([5]), embeddings[:1])
    assert loaded.remove(np.array([5])) == 1


def test_an_empty_index_comes_back_empty(tmp_path: Path) -> None:
    publish(FaceIndex.empty(NETWORK, DIM), tmp_path, library_id=LIBRARY, mark=IndexMark(0, 0))
    assert load_here(tmp_path)[0].count == 0


def test_each_publication_is_a_new_generation_and_leaves_no_older_one_on_the_disk(tmp_path: Path) -> None:
    first = publish(some_index(), tmp_path, library_id=LIBRARY, mark=MARK)
    second = publish(some_index(40), tmp_path, library_id=LIBRARY, mark=MARK)
    assert first.name < second.name
    assert {path.name for path in second.parent.iterdir()} == {second.name, MANIFEST}
    assert load_here(tmp_path)[0].count == 40


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        path = publish(some_index(), tmp_path / "deep" / "index", library_id=LIBRARY, mark=MARK)
    finally:
        os.umask(before)
    for file in (path, path.parent / MANIFEST):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_networks_have_files_of_their_own(tmp_path: Path) -> None:
    publish(some_index(50), tmp_path, library_id=LIBRARY, mark=MARK)
    publish(some_index(30, network="cd" * 32), tmp_path, library_id=LIBRARY, mark=MARK)
    assert load_here(tmp_path)[0].count == 50
    assert load(tmp_path, library_id=LIBRARY, network_sha256="cd" * 32, dim=DIM)[0].count == 30


def test_no_index_is_absent(tmp_path: Path) -> None:
    error = refusal(tmp_path)
    assert error.kind == "absent"
    assert str(tmp_path) in str(error)
    assert error.way_out is WayOut.REBUILD_INDEX


@pytest.mark.parametrize("name", ["index", MANIFEST])
def test_every_flipped_bit_is_found(name: str, tmp_path: Path) -> None:
    path = publish(some_index(), tmp_path, library_id=LIBRARY, mark=MARK)
    victim = path if name == "index" else path.parent / MANIFEST
    good = victim.read_bytes()
    rng = np.random.default_rng(11)
    for place in rng.integers(0, len(good), 250):
        bad = bytearray(good)
        bad[place] ^= 1 << int(rng.integers(8))
        victim.write_bytes(bad)
        if name == MANIFEST and same_json(bytes(bad), good):
            continue  # white space
        error = refusal(tmp_path)
        assert (error.kind, error.way_out) == ("damaged", WayOut.REBUILD_INDEX), f"flip at byte {place}"
        assert str(victim) in str(error)
    victim.write_bytes(good)
    assert load_here(tmp_path)[0].count == 50


def same_json(left: bytes, right: bytes) -> bool:
    try:
        return bool(json.loads(left) == json.loads(right))
    except ValueError:
        return False


@pytest.mark.parametrize("name", ["index", MANIFEST])
def test_every_truncation_is_found(name: str, tmp_path: Path) -> None:
    path = publish(some_index(), tmp_path, library_id=LIBRARY, mark=MARK)
    victim = path if name == "index" else path.parent / MANIFEST
    good = victim.read_bytes()
    for length in np.linspace(0, len(good) - 2, 50).astype(int):
        victim.write_bytes(good[:length])
        assert refusal(tmp_path).kind == "damaged"


def test_a_file_of_another_generation_is_found(tmp_path: Path) -> None:
    old = publish(some_index(seed=1), tmp_path, library_id=LIBRARY, mark=MARK).read_bytes()
    publish(some_index(seed=2), tmp_path, library_id=LIBRARY, mark=MARK).write_bytes(old)
    assert refusal(tmp_path).kind == "damaged"


def test_an_index_file_that_is_gone_is_found(tmp_path: Path) -> None:
    publish(some_index(), tmp_path, library_id=LIBRARY, mark=MARK).unlink()
    error = refusal(tmp_path)
    assert error.kind == "damaged"
    assert "gone" in str(error)


def test_the_index_of_another_library_or_network_or_dimension_is_refused_by_name(tmp_path: Path) -> None:
    publish(some_index(), tmp_path, library_id="library-two", mark=MARK)
    error = refusal(tmp_path)
    assert (error.kind, error.way_out) == ("other library", WayOut.REBUILD_INDEX)
    assert "library-two" in str(error)
    with pytest.raises(IndexUnreadableError, match="network") as caught:
        load(tmp_path, library_id="library-two", network_sha256="ab" * 6 + "0" * 52, dim=DIM)
    assert (caught.value.kind, caught.value.way_out) == ("other network", WayOut.REBUILD_INDEX)
    with pytest.raises(IndexUnreadableError, match="wanted are 8-d") as caught:
        load(tmp_path, library_id="library-two", network_sha256=NETWORK, dim=8)
    assert (caught.value.kind, caught.value.way_out) == ("other network", WayOut.REBUILD_INDEX)


def test_the_bytes_of_an_index_are_those_of_their_format(tmp_path: Path) -> None:
    """Whoever changes them raises FORMAT too: else an earlier index would be called damaged, or be misread."""
    vectors = np.eye(3, DIM, dtype=np.float32)
    index = FaceIndex.build([(np.arange(3), vectors)], network_sha256=NETWORK, dim=DIM, device="cpu")
    path = publish(index, tmp_path, library_id=LIBRARY, mark=MARK)
    header = b"recogidx" + b"".join(number.to_bytes(8, "little") for number in (3, DIM, 0))
    assert path.read_bytes() == header + np.arange(3, dtype="<i8").tobytes() + vectors.astype("<f4").tobytes()
    assert json.loads((path.parent / MANIFEST).read_text())["format"] == 3


def test_the_index_of_a_newer_recog_is_not_touched(tmp_path: Path) -> None:
    path = publish(some_index(), tmp_path, library_id=LIBRARY, mark=MARK)
    rewrite(path.parent, format=FORMAT + 1)
    error = refusal(tmp_path)
    assert (error.kind, error.way_out) == ("newer format", WayOut.UPDATE_OR_REBUILD_INDEX)
    with pytest.raises(IndexUnreadableError, match="reads up to 3"):
        sweep(tmp_path)
    assert path.exists()


@pytest.mark.parametrize(
    "lie", [{"count": 49}, {"kind": "ivf"}, {"nprobe": 3}, {"ids_sha256": "0" * 64}, {"network_sha256": "ab" * 31}]
)
def test_a_manifest_that_does_not_fit_its_file_is_found(lie: dict[str, object], tmp_path: Path) -> None:
    rewrite(publish(some_index(), tmp_path, library_id=LIBRARY, mark=MARK).parent, **lie)
    assert refusal(tmp_path).kind in {"damaged", "other network"}


@pytest.mark.parametrize(
    "stranger",
    [
        faiss.serialize_index(faiss.IndexHNSWFlat(DIM, 4)).tobytes(),
        faiss.serialize_index(faiss.IndexFlatIP(DIM)).tobytes(),
        b"no index at all",
        b"",
    ],
    ids=["hnsw", "inner product", "text", "empty"],
)
def test_bytes_that_hold_no_index_of_ours_are_refused_even_with_a_right_checksum(
    stranger: bytes, tmp_path: Path
) -> None:
    import hashlib

    path = publish(some_index(), tmp_path, library_id=LIBRARY, mark=MARK)
    path.write_bytes(stranger)
    rewrite(path.parent, sha256=hashlib.sha256(stranger).hexdigest())
    limit = faiss.get_deserialization_vector_byte_limit()
    assert refusal(tmp_path).kind == "damaged"
    assert faiss.get_deserialization_vector_byte_limit() == limit


def rewrite(home: Path, **changes: object) -> None:
    """A manifest with other contents and a right checksum of itself."""
    manifest = read_manifest(home)
    content = {name: getattr(manifest, name) for name in Manifest.__slots__} | changes
    (home / MANIFEST).write_bytes(encode_manifest(Manifest(**content)))


def test_a_file_that_may_not_be_read_is_said_to_be_so(tmp_path: Path) -> None:
    path = publish(some_index(), tmp_path, library_id=LIBRARY, mark=MARK)
    path.unlink()
    path.mkdir()  # root may read every file, but nobody reads a directory as one
    error = refusal(tmp_path)
    assert error.kind == "unreadable"
    assert str(path) in str(error)


def test_a_crash_between_file_and_manifest_leaves_the_old_generation_and_the_sweep_takes_the_rest(
    tmp_path: Path,
) -> None:
    first = publish(some_index(50), tmp_path / "a", library_id=LIBRARY, mark=MARK)
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    second = publish(some_index(40), tmp_path / "b", library_id=LIBRARY, mark=MARK)
    orphan = shutil.copy(second, first.parent)
    stray = first.parent / ".00000003.faiss.123.abcd.tmp"
    stray.write_bytes(b"half")
    assert load_here(tmp_path / "a")[0].count == 50
    assert stray.exists(), "a reader deletes nothing"
    assert sorted(sweep(tmp_path / "a")) == sorted([Path(orphan), stray])
    assert load_here(tmp_path / "a")[0].count == 50
    assert publish(some_index(30), tmp_path / "a", library_id=LIBRARY, mark=MARK).name == second.name


def test_after_damage_a_publication_puts_everything_right(tmp_path: Path) -> None:
    path = publish(some_index(), tmp_path, library_id=LIBRARY, mark=MARK)
    (path.parent / MANIFEST).write_text("{")
    again = publish(some_index(20), tmp_path, library_id=LIBRARY, mark=MARK)
    assert again.name > path.name, "a reader that holds the old name must never get new bytes"
    assert not path.exists()
    assert load_here(tmp_path)[0].count == 20


def test_after_a_lost_index_file_its_name_is_not_used_again(tmp_path: Path) -> None:
    """A reader that has just read the manifest may still ask for it."""
    path = publish(some_index(), tmp_path, library_id=LIBRARY, mark=MARK)
    path.unlink()
    assert publish(some_index(20), tmp_path, library_id=LIBRARY, mark=MARK).name > path.name


def test_discard_leaves_no_vector_of_any_network(tmp_path: Path) -> None:
    publish(some_index(), tmp_path, library_id=LIBRARY, mark=MARK)
    publish(some_index(network="cd" * 32), tmp_path, library_id=LIBRARY, mark=MARK)
    assert len(discard(tmp_path)) == 4
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert discard(tmp_path) == []
    assert refusal(tmp_path).kind == "absent"


PUBLISHER = """
import sys
from pathlib import Path
import numpy as np
from recog.distance import unit_rows
from recog.errors import RecogError
from recog.index.faiss_index import FaceIndex
from recog.index.files import IndexMark, publish
directory, start, stop = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
vectors = unit_rows(np.random.default_rng(0).normal(size=(3000, 16)).astype(np.float32))
print("ready", flush=True)
for count in range(start, stop):
    index = FaceIndex.build([(np.arange(count), vectors[:count])], network_sha256="ab" * 32, dim=16)
    try:
        publish(index, directory, library_id="library-one", mark=IndexMark(count, 0))
    except RecogError as error:
        print(error, flush=True)
        sys.exit(1)
    print(count, flush=True)
"""


def test_killed_at_any_moment_a_whole_generation_is_there_and_what_was_acknowledged_is_not_lost(
    tmp_path: Path,
) -> None:
    acknowledged = 1000
    publish(some_index(acknowledged), tmp_path, library_id=LIBRARY, mark=IndexMark(acknowledged, 0))
    kills = 0
    for trial in range(8):
        with subprocess.Popen(
            [sys.executable, "-c", PUBLISHER, str(tmp_path), str(acknowledged), "3000"],
            stdout=subprocess.PIPE,
            text=True,
        ) as publisher:
            assert publisher.stdout is not None
            assert publisher.stdout.readline() == "ready\n"
            time.sleep(0.02 + 0.013 * trial)
            publisher.send_signal(signal.SIGKILL)
            told = publisher.stdout.read().splitlines()
        kills += publisher.returncode == -signal.SIGKILL
        acknowledged = int(told[-1]) if told else acknowledged
        index, mark = load_here(tmp_path)
        assert index.count == mark.last_embedding_id
        assert acknowledged <= index.count <= acknowledged + 1
    assert kills == 8
    sweep(tmp_path)
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 2


def test_a_full_disk_is_one_sentence_and_the_old_generation_stays(tmp_path: Path) -> None:
    """A file system of 128 KiB holds an index of 1,000 faces, but not a second and larger one beside it."""
    script = tmp_path / "publisher.py"
    script.write_text(PUBLISHER)
    mount = tmp_path / "small"
    mount.mkdir()
    check = "import sys, pathlib; print(sorted(p.name for p in pathlib.Path(sys.argv[1]).rglob('*') if p.is_file()))"
    shell = (
        f"mount -t tmpfs -o size=128k none {mount} || exit 77; "
        f"{sys.executable} {script} {mount} 1000 1001 || exit 78; "
        f"{sys.executable} {script} {mount} 1500 1501; echo rc=$?; "
        f'{sys.executable} -c "{check}" {mount}'
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    if shutil.which("unshare") is None:
        pytest.skip("no unshare on this machine: the full disk was not tested")
    run = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", shell], capture_output=True, text=True, env=environment, check=False
    )
    if run.returncode == 77 or "unshare" in run.stderr:
        pytest.skip(f"no tmpfs can be mounted here, the full disk was not tested: {run.stderr.strip()}")
    assert run.returncode == 0, run.stderr
    assert f"no space left to write the search index {mount}" in run.stdout
    assert "rc=1" in run.stdout
    assert "['00000001.faiss', 'manifest.json']" in run.stdout
    assert "Traceback" not in run.stderr


def test_a_directory_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SearchIndexError, match="cannot be written"):
        publish(some_index(), tmp_path / "file" / "index", library_id=LIBRARY, mark=MARK)


def test_every_write_is_synced_before_its_rename_and_the_directory_after(tmp_path: Path) -> None:
    """Read from the system calls: kill -9 alone would not show a missing fsync."""
    if shutil.which("strace") is None:
        pytest.skip("no strace on this machine: the order of write, fsync and rename was not tested")
    log = tmp_path / "log"
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2]), "OMP_NUM_THREADS": "1"}
    script = ["-c", PUBLISHER, str(tmp_path / "index"), "1000", "1001"]
    run = subprocess.run(
        ["strace", "-y", "-e", "trace=write,fsync,rename,unlink", "-o", str(log), sys.executable, *script],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    if "ptrace" in run.stderr:
        pytest.skip(f"strace may not trace here: {run.stderr.strip()}")
    assert run.returncode == 0, run.stderr
    home = f"{tmp_path / 'index'}/{NETWORK[:12]}"
    traced = log.read_text()
    for temporary, final in re.findall(r'rename\("([^"]+)", "([^"]+)"\)', traced):
        traced = traced.replace(temporary, final)  # a file is told by the name it gets
    calls = [line for line in traced.splitlines() if home in line]
    steps = [
        (line.split("(")[0], "faiss" if ".faiss" in line else MANIFEST if MANIFEST in line else "") for line in calls
    ]
    collapsed = [step for place, step in enumerate(steps) if place == 0 or step != steps[place - 1]]
    expected = [(call, name) for name in ("faiss", MANIFEST) for call in ("write", "fsync", "rename", "directory")]
    assert collapsed == [("fsync", "") if call == "directory" else (call, name) for call, name in expected]
