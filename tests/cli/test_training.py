"""The verbs that train and measure say what they do, with defaults that are those of the training itself."""

import inspect

from recog.cli import training
from recog.train.folder import HeadPlan
from recog.train.settings import TrainSettings


def test_the_options_of_train_head_default_to_those_of_the_training() -> None:
    """They are written twice, so that `recog --help` need not load torch."""
    plan, settings = HeadPlan(), TrainSettings()
    same = ["selection", "then", "then_after", "distance", "margin", "margin_to", "mine_every", "validate_every"]
    same.append("seed")
    wanted = {name: getattr(settings, name) for name in same}
    wanted |= {name: getattr(plan, name) for name in ("data", "pattern", "tight")}
    wanted |= {"people": settings.batch.people, "photos_each": settings.batch.photos}
    wanted |= {"least": settings.batch.minimum, "strangers": settings.batch.strangers}
    defaults = {name: each.default for name, each in inspect.signature(training.head).parameters.items()}
    assert {name: defaults[name] for name in wanted} == wanted
