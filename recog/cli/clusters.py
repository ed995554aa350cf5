"""The verbs about groups of faces: cluster, report duplicates."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from recog.cli.failures import warn
from recog.cli.session import Session, verb


class Method(StrEnum):
    """Ways to group faces."""

    IDENTITY = "identity"
    KMEANS = "kmeans"


@verb
def cluster(
    session: Session,
    method: Annotated[
        Method, typer.Option(help="Group by identity (k-NN graph), or into k groups (k-means).")
    ] = Method.IDENTITY,
    k: Annotated[
        int | None,
        typer.Option(
            "-k", min=1, metavar="K", help="Number of k-means groups; estimated by default.", show_default=False
        ),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            min=0.0, max=4.0, metavar="D", help="Join two lone faces up to the squared distance D.", show_default=False
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the random numbers.")] = 0,
    *,
    full: Annotated[bool, typer.Option("--full", help="Group all faces again, not only the new ones.")] = False,
) -> None:
    """Group the faces that probably show the same person.

    Earlier clusters keep their numbers and faces, and new faces join them. --full groups all faces again; each cluster
    then takes the number of the earlier one that it shares most faces with. What you confirmed, rejected or ignored
    always holds. A cluster without a name is listed with the person it probably shows. Two lone faces must be close to
    count as one person, and closer in a larger library; clusters of several photos are stronger evidence.

    K-means groups are for browsing: even with the true number of people they split people with many photos and mix
    people with few. They have their own numbers and are not saved.

    Example:
      recog cluster
      recog cluster --method kmeans -k 50
    """
    from recog.render import text_library

    if k is not None and method is not Method.KMEANS:
        raise typer.BadParameter("-k goes with --method kmeans; identity clusters find their own number")
    if threshold is not None and method is not Method.IDENTITY:
        raise typer.BadParameter("--threshold goes with --method identity; k-means takes -k")
    if full and method is not Method.IDENTITY:
        raise typer.BadParameter("--full goes with --method identity; k-means always groups all faces")
    with session.open() as library:
        session.show(
            library.groups.cluster(method=method.value, k=k, threshold=threshold, seed=seed, full=full),
            text_library.clusters,
        )


@verb
def duplicates(
    session: Session,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Write a page (.html), JSON (.json) or a table (.csv).",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Report people who are probably in the library under two names.

    Lists pairs of people and clusters with their distance, their probability and the command that merges them; --out
    writes a page with the faces side by side.

    Example:
      recog report duplicates --out duplicates.html
    """
    from recog.render import text_library

    if out is not None and out.suffix.lower() not in {".html", ".htm", ".json", ".csv"}:
        raise typer.BadParameter("--out needs a name that ends in .html, .json or .csv")
    with session.open() as library:
        report = library.reports.duplicates()
    if out is not None:
        from recog.render.report_file import write_report

        write_report(report, out)
        warn(f"wrote {out}")
    session.show(report, text_library.duplicates)
