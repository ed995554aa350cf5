"""Settings are checked when made, and their digest tells what they do."""

import json

import pytest

from recog.errors import ConfigError
from recog.style.settings import Colours, Faces, Form, Optimiser, Start, StyleSettings


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"size": 31}, "size must be a whole number from 32 to 8192, not 31"),
        ({"size": 256.0}, "size must be a whole number"),
        ({"steps": 0}, "steps"),
        ({"scales": 9}, "scales"),
        ({"seed": -1}, "seed"),
        ({"alpha": -1.0}, "alpha"),
        ({"beta": float("nan")}, "beta"),
        ({"learning_rate": 0.0}, "learning_rate"),
        ({"style_scale": 11.0}, "style_scale"),
        ({"noise": 1.5}, "noise must be from 0 to 1, not 1.5"),
        ({"alpha": 0.0, "beta": 0.0}, "both 0"),
        ({"style_layers": ()}, "weights"),
        ({"style_layers": (("relu1_1", 0.0),)}, "weights"),
        ({"style_layers": (("relu1_1", -1.0), ("relu2_1", 2.0))}, "weights"),
        ({"style_layers": (("relu1_1", 1.0), ("relu1_1", 2.0))}, "named twice"),
    ],
)
def test_a_setting_out_of_its_range_is_named(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        StyleSettings(**changes)  # type: ignore[arg-type]


def test_settings_survive_json() -> None:
    settings = StyleSettings(
        start=Start.NOISE, colours=Colours.MATCH, faces=Faces.SOFT, form=Form.TEXTBOOK, optimiser=Optimiser.ADAM
    )
    assert StyleSettings.from_dict(json.loads(json.dumps(settings.as_dict()))) == settings


@pytest.mark.parametrize(
    ("values", "words"), [({"siez": 3}, "no style setting 'siez'"), ({"start": "photo"}, "photo"), ({"size": "x"}, "x")]
)
def test_unknown_names_and_choices_are_refused(values: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        StyleSettings.from_dict(values)


def test_the_digest_changes_with_all_that_decides_the_result_and_with_nothing_else() -> None:
    plain = StyleSettings()
    assert plain.digest == StyleSettings().digest
    assert plain.digest == StyleSettings(preview_every=10).digest
    changed = [{"beta": 11.0}, {"seed": 1}, {"network": "vgg19"}, {"faces": Faces.KEEP}, {"size": 256}]
    digests = {StyleSettings(**change).digest for change in changed}  # type: ignore[arg-type]
    assert len(digests | {plain.digest}) == len(changed) + 1


def test_noise_counts_only_where_the_start_has_it() -> None:
    assert StyleSettings(noise=0.1).digest == StyleSettings(noise=0.9).digest
    blends = [StyleSettings(start=Start.BLEND, noise=noise).digest for noise in (0.1, 0.9)]
    assert blends[0] != blends[1]


def test_layer_weights_are_shares() -> None:
    settings = StyleSettings(style_layers=(("relu1_1", 1.0), ("relu2_1", 3.0), ("relu3_1", 0.0)))
    assert settings.lambdas == {"relu1_1": 0.25, "relu2_1": 0.75}
