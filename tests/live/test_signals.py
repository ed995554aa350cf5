"""The pulse, the traces of a screen and the networks, on made-up signals of known truth."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from recog.live.fusion import NAMES, Fusion, PassiveCheck, Verdict, fusion_from, fusion_tensors
from recog.live.networks import GROUP, MOVEMENTS, PULSE, SmallNetwork, movement_input, pulse_input
from recog.live.pulse import CHANNELS, chrom, pos, pulse_of, strongest
from recog.live.sequence import DETECT_EVERY, FRAMES, PATCH, RATE, VIEW, FaceSequence, detected_frames, interpolated
from recog.live.spectrum import mean_spectrum, peak_of, row_flicker, screen_traces
from recog.live.weights import SHIPPED, load_passive_check

TIME = np.arange(FRAMES) / RATE


def skin(hertz: float, strength: float, *, seed: int = 1) -> NDArray[np.float64]:
    """Return colours (FRAMES, 3) of a skin with a pulse, in a light that wanders, as a camera with noise sees them."""
    rng = np.random.default_rng(seed)
    beat = strength * np.sin(2 * np.pi * hertz * TIME)[:, None] * [0.35, 1.0, 0.6]
    light = 1 + 0.05 * np.sin(2 * np.pi * 0.3 * TIME)[:, None]
    return [180.0, 130.0, 110.0] * light * (1 + beat) + rng.normal(0, 0.02, (FRAMES, 3))


def sequence(colours: NDArray[np.float64]) -> FaceSequence:
    """Return a face of these colours, with as much grain as lets a mean of many pixels be finer than one level."""
    grain = np.random.default_rng(3).uniform(-3, 3, (1, VIEW, VIEW, 1))
    views = np.clip(colours[:, None, None] + grain, 0, 255).astype(np.uint8)
    return FaceSequence(views, views[:2, :PATCH, :PATCH], np.zeros((FRAMES, 5, 2)))


@pytest.mark.parametrize("hertz", [0.9, 1.3, 2.2])
@pytest.mark.parametrize("method", [pos, chrom])
def test_a_pulse_is_found_at_its_frequency(hertz: float, method: type) -> None:
    frequency, decibels = strongest(method(skin(hertz, 0.006)))
    assert frequency == pytest.approx(hertz, abs=0.12)
    assert decibels > 3
    assert strongest(method(skin(hertz, 0.0)))[1] < decibels


def test_the_pulse_of_a_face_is_found_in_its_pixels() -> None:
    found = pulse_of(sequence(skin(1.5, 0.02)))
    assert found.frequency == pytest.approx(1.5, abs=0.12)
    assert found.signals.shape == (CHANNELS, FRAMES)
    assert np.isfinite(found.signals).all()


def test_light_alone_is_no_pulse() -> None:
    bright = np.array([180.0, 130.0, 110.0]) * (1 + 0.02 * np.sin(2 * np.pi * 1.2 * TIME))[:, None]
    assert np.abs(pos(bright)).max() < 1e-9


def test_the_grid_of_a_screen_stands_out_of_a_spectrum() -> None:
    rng = np.random.default_rng(2)
    plain = rng.normal(128, 5, (4, PATCH, PATCH)).astype(np.float32)
    y, x = np.mgrid[:PATCH, :PATCH]
    grid = plain + np.float32(4) * np.cos(2 * np.pi * (0.21 * x + 0.13 * y)).astype(np.float32)
    assert peak_of(mean_spectrum(grid)) > 2 * peak_of(mean_spectrum(plain))


def test_bands_of_a_screen_flicker_by_rows_and_a_lamp_does_not() -> None:
    views = np.full((FRAMES, VIEW, VIEW, 3), 120.0)
    lamp = views * (1 + 0.05 * np.sin(2 * np.pi * 1.1 * TIME))[:, None, None, None]
    rows = np.arange(VIEW) / VIEW
    bands = views * (1 + 0.05 * np.sin(2 * np.pi * (2 * rows + 1.1 * TIME[:, None])))[:, :, None, None]
    (by_lamp, _), (by_screen, share) = (row_flicker(one.astype(np.uint8)) for one in (lamp, bands))
    assert by_screen > 5 * by_lamp
    assert share > 1
    assert screen_traces(sequence(skin(1.0, 0.01))).features().shape == (5,)


def test_the_networks_see_one_and_three_axes_and_survive_a_file() -> None:
    seen = sequence(skin(1.2, 0.01))
    pulse, movements = SmallNetwork.fresh(PULSE, 1), SmallNetwork.fresh(MOVEMENTS, 2)
    assert (pulse.trunk.axes, movements.trunk.axes) == (1, 3)
    assert pulse.trunk.map_size("relu3", (FRAMES,)) == (FRAMES // 4,)
    assert movements.trunk.map_size("relu3", (GROUP, 32, 32)) == (4, 8, 8)
    values = movement_input(seen)
    assert values.shape == (FRAMES // GROUP, 2, GROUP, 32, 32)
    assert pulse.logits(pulse_input(pulse_of(seen))).shape == (1,)
    movements.weights.fill_(0.5)
    again = SmallNetwork.from_tensors("one", movements.tensors("one"))
    assert torch.equal(again.logits(values), movements.logits(values))
    assert float(again.logits(values).abs().max()) > 0


def plain_fusion() -> Fusion:
    """Return a fusion that believes the first feature alone."""
    count = len(NAMES)
    hidden, out = np.zeros((2, count + 1)), np.array([4.0, 0.0, 0.0])
    hidden[0, 0] = 1.0
    return Fusion(np.zeros(count), np.ones(count), hidden, out, 2.0, 0.0, 0.9, 0.2)


def test_the_fusion_clips_what_is_far_and_takes_the_unknown_for_average() -> None:
    fusion = plain_fusion()
    features = np.zeros(len(NAMES))
    features[0] = np.nan
    assert fusion.logit(features) == 0.0
    features[0] = 3.0
    far = fusion.logit(features)
    features[0] = 1e9
    assert fusion.logit(features) == far == pytest.approx(8 * np.tanh(3.0))
    verdicts = [fusion.verdict(chance) for chance in (0.95, 0.9, 0.5, 0.2, 0.19)]
    assert verdicts == [Verdict.LIVE, Verdict.LIVE, *2 * [Verdict.CANNOT_TELL], Verdict.NOT_LIVE]
    again = fusion_from(fusion_tensors(fusion))
    assert again.logit(features) == far
    assert (again.live, again.not_live) == (0.9, 0.2)


def test_a_passive_check_takes_the_mean_of_several_sequences() -> None:
    networks = SmallNetwork.fresh(PULSE, 1).tensors("pulse") | SmallNetwork.fresh(MOVEMENTS, 2).tensors("movements")
    check = PassiveCheck(networks | fusion_tensors(plain_fusion()))
    signals = [check.signals(sequence(skin(hertz, 0.01))) for hertz in (1.0, 2.0)]
    assert all(one.features().shape == (len(NAMES),) for one in signals)
    assert check.probability(signals) == check.probability(signals[::-1])
    assert 0 <= check.probability(signals) <= 1


def test_the_shipped_networks_are_small_and_know_every_feature() -> None:
    assert SHIPPED.stat().st_size < 300_000
    fusion = load_passive_check().fusion
    assert fusion.mean.shape == fusion.spread.shape == (len(NAMES),)
    assert 0 < fusion.not_live < fusion.live < 1


def test_landmarks_between_detected_frames_are_interpolated() -> None:
    at = detected_frames()
    assert (at[0], at[1], at[-1]) == (0, DETECT_EVERY, FRAMES - 1)
    seen = [np.full((5, 2), float(place)) for place in at]
    assert np.allclose(interpolated(seen)[:, 0, 0], np.arange(FRAMES))
