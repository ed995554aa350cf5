"""The verbs that explain: explain layers, face, pair."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recog.cli.progress import counting_bar
from recog.cli.session import Session, verb
from recog.printable import printable

if TYPE_CHECKING:
    from recog.library.explaining.results import ExplainedFace, ExplainedPair

FaceOption = Annotated[
    int | None,
    typer.Option("--face", min=1, metavar="N", help="Take face number N, counted from the left.", show_default=False),
]
OutOption = Annotated[Path, typer.Option("--out", metavar="FILE", help="Write a page (.html) or a picture (.png).")]
GradientOption = Annotated[
    bool, typer.Option("--gradient/--no-gradient", help="Draw the gradient too; it loads the networks once more.")
]


@verb
def layers(
    session: Session,
    network: Annotated[str, typer.Argument(metavar="NETWORK", show_default=False)],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", show_default=False)],
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Write a page (.html).")],
    layer: Annotated[
        list[str] | None,
        typer.Option("--layer", metavar="NAME", help="Show only this layer; may be repeated.", show_default=False),
    ] = None,
    unit: Annotated[
        list[int] | None,
        typer.Option("--unit", min=0, metavar="N", help="Show unit N, from 0; may be repeated.", show_default=False),
    ] = None,
    units: Annotated[int, typer.Option("--units", min=1, max=64, metavar="N", help="Show the first N units.")] = 9,
    looks: Annotated[
        bool,
        typer.Option(
            "--looks",
            help="Add an occlusion map, the guided gradient and a picture made to excite each unit. Needs --layer.",
        ),
    ] = False,
) -> None:
    """Show which patches of the photos below FOLDER excite the units of NETWORK most.

    NETWORK is facenet-casia, facenet-vggface2, sface, dlib-resnet, pnet, rnet, onet, yunet, vgg16-hed, vgg16, vgg19, or
    a network of your own. Networks of faces see the largest face of each photo, the others the middle of the photo.

    For each unit the page shows the nine patches that excite it most, one a photo, cut at the unit's receptive field.
    You can stop with Ctrl-C at any time; running it again continues. The page holds parts of your photos, so only you
    may read it.

    Example:
      recog explain layers facenet-casia ~/Pictures --out facenet.html
      recog explain layers vgg16-hed paintings/ --layer relu3_1 --unit 7 --looks --out unit.html
    """
    _check_suffix(out, {".html", ".htm"})
    if looks and not layer:
        raise typer.BadParameter("--looks takes seconds a unit: name the layers with --layer")
    from recog.library.explaining.unfinished import unfinished_path
    from recog.render.layers_page import layers_document, layers_sentence, write_layers

    unfinished = unfinished_path(out)
    with session.open() as library, counting_bar() as progress:
        found = library.explaining.layers(
            network,
            folder,
            layers=layer or (),
            units=unit or (),
            most=units,
            looks=looks,
            unfinished=unfinished,
            progress=progress,
        )
    write_layers(found, out)
    unfinished.unlink(missing_ok=True)
    session.show_document(layers_document(found, out), layers_sentence(found, out))


@verb
def face(
    session: Session,
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", show_default=False)],
    *,
    out: OutOption,
    number: FaceOption = None,
    gradient: GradientOption = True,
) -> None:
    """Show which parts of the face in PHOTO decide its embedding.

    Squares of the face are covered one after another: the colours say how far the embedding moves. The file holds a
    face, so only you may read it.

    Example:
      recog explain face ada.jpg --out why.html
    """
    _check_suffix(out, {".html", ".htm", ".png"})
    from recog.render.why_words import face_words

    with session.open() as library:
        found = library.explaining.face(photo, face=number, gradient=gradient)
    _write(session, found, out, face_words(found), {"photo": found.photo, **_numbers(found)})


@verb
def pair(
    session: Session,
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", show_default=False)],
    other: Annotated[Path, typer.Argument(metavar="OTHER", show_default=False)],
    *,
    out: OutOption,
    number: FaceOption = None,
    other_number: Annotated[
        int | None,
        typer.Option("--other-face", min=1, metavar="N", help="Take face number N of OTHER.", show_default=False),
    ] = None,
    gradient: GradientOption = True,
) -> None:
    """Show why the faces in PHOTO and OTHER are called one person, or two.

    Warm is what makes the faces alike: covered, they move apart. Blue keeps them apart. The file holds faces, so only
    you may read it.

    Example:
      recog explain pair ada.jpg unknown.jpg --out why.html
    """
    _check_suffix(out, {".html", ".htm", ".png"})
    from recog.render.why_words import pair_words

    with session.open() as library:
        found = library.explaining.pair(photo, other, face=number, other_face=other_number, gradient=gradient)
    document = {
        "same": found.verification.same,
        "squared_distance": found.verification.squared_distance,
        "threshold": found.verification.threshold,
        "probability": found.verification.probability,
        "left": {"photo": found.left.photo, **_numbers(found.left)},
        "right": {"photo": found.right.photo, **_numbers(found.right)},
    }
    _write(session, found, out, pair_words(found), document)


def _numbers(found: ExplainedFace) -> dict[str, object]:
    return {
        "face": found.number,
        "parts": {name: round(share, 6) for name, share in found.parts.items()},
        "inside": round(found.inside, 6),
        "box_share": round(found.box_share, 6),
        "gradient": found.gradient is not None,
    }


def _write(
    session: Session, found: ExplainedFace | ExplainedPair, out: Path, words: list[str], document: dict[str, object]
) -> None:
    from recog.render.why_page import write_why

    write_why(found, out)
    session.show_document({"file": out, **document}, "\n".join([*words, f"Wrote {printable(out)}."]))


def _check_suffix(out: Path, allowed: set[str]) -> None:
    if out.suffix.lower() not in allowed:
        raise typer.BadParameter(f"--out needs a name that ends in {' or '.join(sorted(allowed - {'.htm'}))}")
