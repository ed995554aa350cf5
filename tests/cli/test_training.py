"""The verbs that train and measure say what they do, with defaults that are those of the training itself."""

import inspect

from recog.cli import training
from recog.train.folder import HeadPlan
from recog.train.settings import TrainSettings


def test_the_options_of_train_head_default_to_those_of_the_training() -> None:
    """They are written twice, so that `recog --help` need not load torch."""
    plan, settings = HeadPlan(), TrainSettings()
    wanted = {name: getattr(settings, name) for name in ("selection", "margin", "learning_rate", "hold", "steps")}
    wanted |= {"validate_every": settings.validate_every, "seed": settings.seed}
    wanted |= {name: getattr(plan, name) for name in ("name", "data", "pattern", "tight")}
    defaults = {name: each.default for name, each in inspect.signature(training.head).parameters.items()}
    assert {name: defaults[name] for name in wanted} == wanted
