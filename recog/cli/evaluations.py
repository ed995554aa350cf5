"""The verbs that measure the networks: evaluate lfw, cfp, ytf, identification, knn, clusters, detection."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from recog.cli.evaluation_options import Out, PairOptions, Pairs, People, PeopleOptions, Photos
from recog.cli.option_values import option_values
from recog.cli.progress import counting_bar
from recog.cli.score_output import check_output, show_scores
from recog.cli.session import Session, verb

if TYPE_CHECKING:  # types of what loads only when a verb runs
    from recog.evaluate.photo_pairs import PhotoPairs


@verb
@option_values
def lfw(session: Session, photos: Photos, pairs: Pairs, options: PairOptions) -> None:
    """Measure the network by the ten-fold LFW protocol.

    Takes any list of pairs in LFW's format, also without its first line. Pairs with a photo that cannot be read are
    listed with the reason, and the others scored.

    Example:
      recog evaluate lfw --photos lfw/ --pairs lfw/pairs.txt --out scores/
      recog evaluate lfw --photos lfw/ --pairs lfw/pairs.txt --no-flip --crops 2
    """
    from recog.evaluate.photo_pairs import lfw_pairs

    _score_pairs(session, lfw_pairs(photos, pairs), f"LFW, {pairs.name}", "lfw", options)


@verb
@option_values
def cfp(
    session: Session,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="CFP's folder.", show_default=False)],
    *,
    poses: Annotated[Literal["FF", "FP"], typer.Option(help="Frontal with frontal photos, or with profiles.")] = "FP",
    options: PairOptions,
) -> None:
    """Measure the network on frontal and profile photos by CFP's ten folds.

    Example:
      recog evaluate cfp cfp-dataset/
      recog evaluate cfp cfp-dataset/ --poses FF --out scores/
    """
    from recog.evaluate.cfp import Poses, cfp_pairs

    _score_pairs(session, cfp_pairs(folder, Poses(poses)), f"CFP {poses}", f"cfp-{poses.lower()}", options)


@verb
def ytf(
    session: Session,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Frames, NAME/NUMBER/*.jpg.", show_default=False)],
    pairs: Annotated[Path, typer.Argument(metavar="SPLITS", help="Pairs in YTF's format.", show_default=False)],
) -> None:
    """Measure the network on pairs of videos by the ten folds of YouTube Faces.

    Compares one frame of each video, the mean over all frames, and tracks, as indexing makes them.

    Example:
      recog evaluate ytf YouTubeFaces/ YouTubeFaces/splits.txt
    """
    from recog.assess.videos import run_ytf
    from recog.evaluate.ytf import ytf_pairs
    from recog.library.networks import Networks
    from recog.render.text_videos import videos_text

    listed = ytf_pairs(pairs)
    networks = Networks(session.settings(), progress=session.weights_progress)
    with counting_bar() as progress:
        run = run_ytf(folder, listed, networks.detector, networks.embedder, on_video=progress)
    session.show_document(run, videos_text(run))


@verb
@option_values
def identification(
    session: Session,
    folder: People,
    *,
    people: PeopleOptions,
    photos: Annotated[
        list[int] | None,
        typer.Option(min=1, metavar="N", help="Enrol N photos a person; may be repeated.", show_default="1, 2, 5"),
    ] = None,
    out: Out = None,
) -> None:
    """Enrol some photos a person, and probe with the rest and with strangers.

    Example:
      recog evaluate identification people/ --out scores/
      recog evaluate identification people/ --photos 1 --tight-people 'cut_*' --json
    """
    from recog.assess.evaluations import run_identification
    from recog.datasets.embedded import Pipeline
    from recog.library.networks import Networks
    from recog.render.score_plots import identification_plots
    from recog.render.score_sheets import identification_sheet

    check_output(out)
    networks = Networks(session.settings(), progress=session.weights_progress)
    with counting_bar() as progress:
        run = run_identification(
            people.of(folder),
            Pipeline(networks.detector, networks.embedder, networks.kept, progress),
            networks.calibration_if_any,
            photos=photos or (1, 2, 5),
        )
    sheet = identification_sheet(run)
    show_scores(session, run, "identification", sheet, plots=lambda: identification_plots(run), out=out)


@verb
@option_values
def knn(
    session: Session,
    folder: People,
    *,
    people: PeopleOptions,
    k: Annotated[
        list[int] | None,
        typer.Option("--k", min=1, metavar="N", help="Ask the N nearest faces; may be repeated.", show_default="1, 5"),
    ] = None,
    photos: Annotated[
        list[int] | None,
        typer.Option(min=1, metavar="N", help="Enrol N photos a person; may be repeated.", show_default="1, 5"),
    ] = None,
    out: Out = None,
) -> None:
    """Classify faces by their nearest neighbours, and compare with recog's vote.

    Plain, weighted by 1 / distance, and both with abstention: a face is unknown unless most of its neighbours within
    the threshold are one person.

    Example:
      recog evaluate knn people/
      recog evaluate knn people/ --k 1 --k 3 --k 10 --photos 5 --out scores/
    """
    from recog.assess.knn import run_knn
    from recog.datasets.embedded import Pipeline
    from recog.library.networks import Networks
    from recog.render.score_plots import knn_plots
    from recog.render.score_sheets import knn_sheet

    check_output(out)
    networks = Networks(session.settings(), progress=session.weights_progress)
    with counting_bar() as progress:
        run = run_knn(
            people.of(folder),
            Pipeline(networks.detector, networks.embedder, networks.kept, progress),
            networks.calibration,
            ks=k or (1, 5),
            photos=photos or (1, 5),
        )
    show_scores(session, run, "knn", knn_sheet(run), plots=lambda: knn_plots(run), out=out)


@verb
@option_values
def clusters(session: Session, folder: People, *, people: PeopleOptions, out: Out = None) -> None:
    """Cluster the faces in DIR as a library would, and compare with its folders.

    With --out at other thresholds too.

    Example:
      recog evaluate clusters people/
    """
    from recog.assess.evaluations import run_clusters
    from recog.datasets.embedded import Pipeline
    from recog.library.networks import Networks
    from recog.render.score_plots import clusters_plots
    from recog.render.score_sheets import clusters_sheet

    check_output(out)
    networks = Networks(session.settings(), progress=session.weights_progress)
    with counting_bar() as progress:
        run = run_clusters(
            people.of(folder),
            Pipeline(networks.detector, networks.embedder, networks.kept, progress),
            networks.calibration,
            shares=() if out is None else (0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2),
        )
    show_scores(session, run, "clusters", clusters_sheet(run), plots=lambda: clusters_plots(run), out=out)


@verb
def detection(
    session: Session,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Photos.", show_default=False)],
    faces: Annotated[Path, typer.Argument(metavar="FACES", help="Boxes in WIDER FACE's format.", show_default=False)],
    *,
    least: Annotated[
        float, typer.Option(min=0.0, help="Shorter side in pixels of the smallest face that counts.")
    ] = 0.0,
    out: Out = None,
) -> None:
    """Compare the detector's boxes in the photos of DIR with those drawn by hand.

    Example:
      recog evaluate detection wider/ wider/ground_truth.txt --least 20
    """
    from recog.assess.evaluations import run_detection
    from recog.library.networks import Networks
    from recog.render.score_plots import detection_plots
    from recog.render.score_sheets import detection_sheet

    check_output(out)
    networks = Networks(session.settings(), progress=session.weights_progress)
    with counting_bar() as progress:
        run = run_detection(folder, faces, networks.detector, least=least, on_photo=progress)
    show_scores(session, run, "detection", detection_sheet(run), plots=lambda: detection_plots(run), out=out)


def _score_pairs(session: Session, pairs: PhotoPairs, protocol: str, name: str, options: PairOptions) -> None:
    """Run a list of pairs with the options asked for, and show the scores."""
    from recog.assess.embedding_options import embedding_options
    from recog.assess.pairs import run_pairs
    from recog.datasets.embedded import Pipeline
    from recog.library.networks import Networks
    from recog.render.score_plots import pairs_plots
    from recog.render.score_sheets import pairs_sheet

    check_output(options.out)
    networks = Networks(session.settings(), progress=session.weights_progress)
    embedder = networks.embedder_with(flip=options.flip)
    flip = networks.facts.flip if options.flip is None else options.flip
    chosen = embedding_options(embedder.info, flip=flip, crops=options.crops, encoder=networks.encoder)
    with counting_bar() as progress:
        run = run_pairs(pairs, protocol, Pipeline(networks.detector, embedder, on_photo=progress), chosen)
    show_scores(session, run, name, pairs_sheet(run), plots=lambda: pairs_plots(run), out=options.out)
