"""Explain what networks learnt, and which parts of a face decide."""

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from recog.library.context import LibraryContext
from recog.library.explaining.results import ExplainedFace, ExplainedPair, LayersReport
from recog.library.inputs import AnyPath, AnyPhoto, path_of, photo_of

if TYPE_CHECKING:  # it loads torch
    from recog.explain.gradients import DifferentiableFaces

UNITS = 9
"""Units of each layer that are looked at, if nobody names others."""
KEPT = 4
"""Answers to `why` that are kept, because a page and its picture ask for the same one."""


class Explaining:
    """Explain what networks learnt, and which parts of a face decide; only `why` needs a library."""

    def __init__(self, context: LibraryContext) -> None:
        self._context = context
        self._lately: dict[tuple[int, int | None], ExplainedFace | ExplainedPair] = {}

    def layers(
        self,
        network: str,
        folder: AnyPath,
        *,
        layers: Sequence[str] = (),
        units: Sequence[int] = (),
        most: int = UNITS,
        looks: bool = False,
        unfinished: Path | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> LayersReport:
        """Return, for units of each layer of a network, the patches of the folder's photos that excite them most.

        Without `layers` these are all, without `units` the first `most` of each. looks: an occlusion map, the guided
        gradient and a picture made to excite each unit are added, which takes seconds a unit. A run may be ended at any
        time, also by `progress`; with a file `unfinished` the next one goes on where it was, and gives the same
        result. That file is left for the caller to delete.

        Raises:
            ConfigError: there is no such network, layer or unit.
            NoPhotosFoundError: the folder holds no photo.
            WeightsError: the network's weights are missing or altered.
        """
        from recog.library.explaining.layers import explain_layers

        return explain_layers(
            self._context,
            network,
            path_of(folder),
            layers=layers,
            units=units,
            most=most,
            looks=looks,
            unfinished=unfinished,
            progress=progress,
        )

    def face(self, photo: AnyPhoto, *, face: int | None = None, gradient: bool = True) -> ExplainedFace:
        """Return which parts of a photo's face decide its embedding; face counts from the left, from 1.

        Raises:
            PhotoError: it is no readable photo.
            NoFaceFoundError: it shows no face, or none of that number.
            SeveralFacesFoundError: it shows several, and no number was given.
        """
        from recog.library.explaining.faces import explain_face, side_of
        from recog.library.probes import pick_face, read_probe

        networks = self._context.networks
        probe = read_probe(photo_of(photo), networks)
        return explain_face(networks, side_of(probe, pick_face(probe, face)), self._gradients(wanted=gradient))

    def pair(
        self,
        left: AnyPhoto,
        right: AnyPhoto,
        *,
        face: int | None = None,
        other_face: int | None = None,
        gradient: bool = True,
    ) -> ExplainedPair:
        """Return which parts of two photos' faces speak for one person, and which against; raises as `face` does.

        DoubtedFaceError if the detector is unsure of one of the faces.
        """
        from recog import identify
        from recog.library.explaining.faces import explain_pair, side_of
        from recog.library.probes import pick_face, read_probe
        from recog.library.recognition.verify import refuse_doubted

        networks = self._context.networks
        one, two = (read_probe(photo_of(photo), networks) for photo in (left, right))
        row, other = pick_face(one, face), pick_face(two, other_face, second=True)
        for probe, place in ((one, row), (two, other)):
            refuse_doubted(probe.faces.boxes[place], f"the face in {probe.path}")
        decision = identify.verify(one.embeddings[row], two.embeddings[other], networks.calibration)
        sides = side_of(one, row), side_of(two, other)
        return explain_pair(networks, sides, decision, self._gradients(wanted=gradient))

    def why(self, face_id: int) -> ExplainedFace | ExplainedPair:
        """Return why a face of the library looks like its person, or the likeliest one; the face alone without any.

        It is compared with the nearest confirmed face of that person, by coarse squares and without gradients, so that
        the answer comes within seconds. The last few answers are kept.

        Raises:
            UnknownNumberError: no face has the number, or no file shows it any more.
        """
        from recog.library.explaining.why import explain_why, partner

        reasons, other = partner(self._context, face_id)
        asked = face_id, other
        if (known := self._lately.get(asked)) is not None:
            return known
        found = explain_why(self._context, reasons.face, other)
        self._lately = {**dict(list(self._lately.items())[1 - KEPT :]), asked: found}
        return found

    def _gradients(self, *, wanted: bool) -> "DifferentiableFaces | None":
        return self._differentiable if wanted else None

    @cached_property
    def _differentiable(self) -> "DifferentiableFaces | None":
        """The network of the settings with gradients, None if it has none."""
        from recog.explain.gradients import differentiable

        return differentiable(self._context.settings.network, self._context.networks.load_options)
