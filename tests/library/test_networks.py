"""The settings decide what runs the networks."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from recog.config import read_settings
from recog.detect.yunet import YunetMtcnnDetector
from recog.errors import EvaluationError, WayOut, WeightsMissingError
from recog.evaluate.calibration_file import calibration_path
from recog.library.maintenance.doctor import examine
from recog.library.maintenance.results import Remedy, RemedyKind
from recog.library.networks import Networks
from recog.render.remedies import sentence_of_observation
from recog.types import Detector, Embedder


@pytest.mark.networks
@pytest.mark.parametrize(("encoder", "runtime"), [("auto", "openvino"), ("openvino", "openvino"), ("torch", "torch")])
def test_the_encoder_of_the_settings_runs_the_detector_too(encoder: str, runtime: str) -> None:
    detector = Networks(read_settings(encoder=encoder, device="cpu", min_face=33)).detector
    assert isinstance(detector, YunetMtcnnDetector)
    assert (detector.runtime, detector.min_face) == (runtime, 33)


def test_embeddings_of_two_runtimes_are_kept_apart() -> None:
    kept = {encoder: Networks(read_settings(encoder=encoder, device="cpu")).kept for encoder in ("openvino", "torch")}
    assert kept["openvino"] != kept["torch"]
    assert Networks(read_settings(encoder="auto", device="cpu")).kept == kept["openvino"]


def test_a_damaged_calibration_of_one_s_own_is_told_by_its_file_and_loses_no_rule_of_grouping(tmp_path: Path) -> None:
    settings = read_settings(library=tmp_path, cache=tmp_path / "cache", device="cpu")
    rule = Networks(settings).cluster_rule
    assert rule is not None
    own = calibration_path(Networks(settings).info.name, directory=tmp_path)
    own.write_text("{", encoding="utf-8")
    networks = Networks(settings)
    with pytest.raises(EvaluationError, match=f"{own} is no calibration") as caught:
        networks.calibration  # noqa: B018 - it is read when it is first asked for
    assert caught.value.way_out is WayOut.CALIBRATE
    assert networks.cluster_rule == rule
    (told,) = [one for one in examine(settings, networks).observations if one.subject == "network"]
    assert (told.ok, told.remedy) == (False, Remedy(RemedyKind.CALIBRATE))
    assert f"{own} is no calibration" in told.sentence
    assert sentence_of_observation(told) == f"{told.sentence}: measure one with 'recog calibrate'"


@pytest.mark.networks
def test_threads_that_need_the_networks_first_at_the_same_time_get_the_same_ones() -> None:
    networks = Networks(read_settings(network="facenet-casia", device="cpu"))
    asked = (lambda: networks.embedder, lambda: networks.detector, lambda: networks.calibration) * 3
    with ThreadPoolExecutor(len(asked)) as threads:
        got = [one.result() for one in [threads.submit(ask) for ask in asked]]
    assert [id(one) for one in got] == [id(one) for one in got[:3]] * 3


class Recorded(Networks):
    """Networks that have neither embedder nor detector, and note which thread asked for one."""

    @property
    def embedder(self) -> Embedder:
        """Raise."""
        self.asked_by.append(threading.current_thread())
        raise WeightsMissingError("no embedder")

    @property
    def detector(self) -> Detector:
        """Raise."""
        self.asked_by.append(threading.current_thread())
        raise WeightsMissingError("no detector")

    asked_by: list[threading.Thread]


def recorded(cache: Path) -> Recorded:
    made = Recorded(read_settings(network="sface", cache=cache, device="cpu"))
    made.asked_by = []
    return made


def test_the_embedder_is_loaded_ahead_in_a_thread_whose_error_whoever_asks_meets(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    networks = recorded(tmp_path)
    (tmp_path / "sface.onnx").touch()
    before = set(threading.enumerate())
    networks.load_embedder_ahead()
    for thread in set(threading.enumerate()) - before:
        thread.join()
    (other,) = networks.asked_by
    assert other is not threading.current_thread()
    assert capfd.readouterr().err == ""
    with pytest.raises(WeightsMissingError, match="no embedder"):
        networks.embedder  # noqa: B018 - it is loaded when it is first asked for


def test_detector_and_embedder_are_loaded_ahead_side_by_side(tmp_path: Path) -> None:
    networks = recorded(tmp_path)
    for name in ("sface.onnx", "yunet.onnx", "mtcnn.safetensors"):
        (tmp_path / name).touch()
    before = set(threading.enumerate())
    networks.load_ahead()
    for thread in set(threading.enumerate()) - before:
        thread.join()
    assert len(networks.asked_by) == 2
    assert threading.current_thread() not in networks.asked_by
    with pytest.raises(WeightsMissingError, match="no detector"):
        networks.detector  # noqa: B018 - it is loaded when it is first asked for


def test_weights_that_must_be_pulled_are_not_pulled_ahead(tmp_path: Path) -> None:
    networks = recorded(tmp_path)
    networks.load_embedder_ahead()
    networks.load_ahead()
    assert networks.asked_by == []
