"""The verb that calibrates the network in use: calibrate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recog.cli.evaluation_options import CalibrateOptions, People
from recog.cli.folders import check_folder
from recog.cli.option_values import option_values
from recog.cli.progress import counting_bar
from recog.cli.session import Session, verb
from recog.durable import make_output_directory

if TYPE_CHECKING:  # it loads numpy, which only a running verb needs
    from recog.assess.calibration import FolderCalibration


@verb
@option_values
def calibrate(session: Session, folder: People, *, options: CalibrateOptions) -> None:
    """Fit the threshold and the map to a probability on DIR, which has a folder per person.

    With several sets the strictest decides. The library then uses the result. People whom the network was trained on
    make it look better than it is: take others. With strangers, the rule that groups faces into people is fitted too: a
    library is full of people who occur once, and some hundred strangers should stand for them here.

    Example:
      recog calibrate people/
      recog calibrate people/ --set 'party_*=my parties' --tight 'cut_*=my crops' --groups prefixes
      recog calibrate people/ --set 'friends_*' --strangers 'crowd_*'
    """
    from recog.assess.calibration import calibrate_on_folder
    from recog.datasets.embedded import Pipeline
    from recog.evaluate.calibration_file import calibration_path, save_calibration
    from recog.library.networks import Networks
    from recog.render.text_scores import calibration_text

    settings = session.settings()
    directory = settings.library if options.out is None else options.out
    check_folder(directory)
    networks = Networks(settings, progress=session.weights_progress)
    calibration = options.calibration()
    with counting_bar() as progress:
        made = calibrate_on_folder(
            folder,
            calibration,
            Pipeline(networks.detector, networks.embedder, networks.kept, progress),
            head_record=networks.facts.record,
            kept=networks.cluster_rule,
        )
    make_output_directory(directory)
    path = calibration_path(networks.info.name, directory=directory)
    save_calibration(made.run.calibration, path, measured=_measured(made))
    session.show_document(made, calibration_text(path, made))


def _measured(made: FolderCalibration) -> dict[str, object]:
    """Return the errors that are written beside a calibration."""
    from dataclasses import asdict

    return {
        "sets": [asdict(each) for each in made.run.sets],
        "check": None if made.check is None else asdict(made.check),
        "strangers": [asdict(each) for each in made.strangers],
        "groups": [asdict(each) for each in made.groups],
        "clusters": None if made.clusters is None else asdict(made.clusters),
    }
