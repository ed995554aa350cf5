"""The verbs that group faces: cluster, report duplicates."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from recog.cli.failures import say
from recog.cli.session import Session, verb


class Method(StrEnum):
    """How faces are grouped."""

    IDENTITY = "identity"
    KMEANS = "kmeans"


@verb
def cluster(
    session: Session,
    method: Annotated[
        Method, typer.Option(help="Group by identity (k-NN graph) or into k groups (k-means).")
    ] = Method.IDENTITY,
    k: Annotated[
        int | None,
        typer.Option("-k", min=1, metavar="K", help="Groups of k-means; estimated if left out.", show_default=False),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            min=0.0, max=4.0, metavar="D", help="Join lone faces up to squared distance D.", show_default=False
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Start of the random numbers.")] = 0,
    *,
    full: Annotated[bool, typer.Option("--full", help="Group all faces anew, not only those that came since.")] = False,
) -> None:
    """Group the faces by who they probably are.

    Earlier clusters keep their numbers and faces, and faces that came since join them. --full groups all anew: then a
    cluster takes the number of the one it shares most faces with. What you confirmed, rejected or ignored holds. For a
    cluster without a name the likely person is told. Two lone faces must be near to be one person, and nearer among
    more faces; clusters of several photos prove more.

    K-means cells are for browsing: even with the true number of people they split whoever has many photos and lump
    together those who have few. They have numbers of their own and are not remembered.

    Example:
      recog cluster
      recog cluster --method kmeans -k 50
    """
    if k is not None and method is not Method.KMEANS:
        raise typer.BadParameter("-k goes with --method kmeans; identity clusters find their own number")
    if threshold is not None and method is not Method.IDENTITY:
        raise typer.BadParameter("--threshold goes with --method identity; k-means takes -k")
    if full and method is not Method.IDENTITY:
        raise typer.BadParameter("--full goes with --method identity; k-means always groups all faces")
    with session.open() as library:
        session.show(library.groups.cluster(method=method.value, k=k, threshold=threshold, seed=seed, full=full))


@verb
def duplicates(
    session: Session,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Write a page (.html), a document (.json) or a table (.csv).",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Report who is probably in the library twice.

    Pairs of people and clusters with distance, probability and the command that merges them; --out writes a page
    with the faces side by side.

    Example:
      recog report duplicates --out duplicates.html
    """
    if out is not None and out.suffix.lower() not in {".html", ".htm", ".json", ".csv"}:
        raise typer.BadParameter("--out takes a name that ends in .html, .json or .csv")
    with session.open() as library:
        report = library.reports.duplicates()
    if out is not None:
        from recog.render.report_file import write_report

        write_report(report, out)
        say(f"wrote {out}")
    session.show(report)
