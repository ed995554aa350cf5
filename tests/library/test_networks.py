"""The settings decide what runs the networks."""

import pytest

from recog.config import read_settings
from recog.detect.mtcnn import MtcnnDetector
from recog.library.networks import Networks


@pytest.mark.networks
@pytest.mark.parametrize(("encoder", "runtime"), [("auto", "openvino"), ("openvino", "openvino"), ("torch", "torch")])
def test_the_encoder_of_the_settings_runs_the_detector_too(encoder: str, runtime: str) -> None:
    detector = Networks(read_settings(encoder=encoder, device="cpu", min_face=33)).detector
    assert isinstance(detector, MtcnnDetector)
    assert (detector.runtime, detector.min_face) == (runtime, 33)


def test_embeddings_of_two_runtimes_are_kept_apart() -> None:
    kept = {encoder: Networks(read_settings(encoder=encoder, device="cpu")).kept for encoder in ("openvino", "torch")}
    assert kept["openvino"] != kept["torch"]
    assert Networks(read_settings(encoder="auto", device="cpu")).kept == kept["openvino"]
