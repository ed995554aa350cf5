"""The three stages of MTCNN over one photo: propose, refine, decide; boxes are tensors here."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torchvision.ops import nms

from recog.detect.area import SummedAreas

FACTOR = 0.709
"""Ratio of neighbouring pyramid levels: about the half of the area."""
THRESHOLDS = (0.6, 0.7, 0.7)
"""Least face probability of the three stages."""
_WINDOW = 12
_STRIDE = 2
_LEVEL_OVERLAP = 0.5
_OVERLAP = 0.7
_BATCH = 512


@dataclass(frozen=True, slots=True)
class Networks:
    """P-Net, R-Net and O-Net of arXiv:1604.02878."""

    proposal: nn.Module
    refinement: nn.Module
    output: nn.Module


@dataclass(frozen=True, slots=True)
class Found:
    """boxes (n, 4) float32 as left, top, right, bottom; scores (n,); landmarks (n, 5, 2) as x, y."""

    boxes: Tensor
    scores: Tensor
    landmarks: Tensor


def find_faces(photo: SummedAreas, networks: Networks, *, min_face: float) -> Found:
    """Every face of a photo, best score first. min_face in pixels.

    The arithmetic is that of facenet-pytorch's detect_face, including its Matlab heritage (sides counted inclusively,
    windows from pixel 1). Departures: a box wholly outside the photo is dropped where that one keeps it and so
    shifts the scores of those behind it, and photos too small for one window have no face instead of an error.
    """
    boxes = _propose(photo, networks.proposal, min_face)
    boxes = _refine(photo, networks.refinement, boxes)
    return _decide(photo, networks.output, boxes)


def scales(height: int, width: int, *, min_face: float) -> list[float]:
    """Of the pyramid's levels: from where min_face fills P-Net's window to where the photo's short side does."""
    found = []
    scale = _WINDOW / min_face
    short = min(height, width) * scale
    while short >= _WINDOW:
        found.append(scale)
        scale *= FACTOR
        short *= FACTOR
    return found


def _propose(photo: SummedAreas, network: nn.Module, min_face: float) -> Tensor:
    """(n, 4) square boxes of P-Net over all levels."""
    boxes, scores, offsets = [], [], []
    for scale in scales(photo.height, photo.width, min_face=min_face):
        level = photo.whole(int(photo.height * scale + 1), int(photo.width * scale + 1))
        regression, probability = network(_standardised(level))
        face = probability[0, 1]  # (h, w) windows, two pixels of the level apart
        row, column = torch.nonzero(face >= THRESHOLDS[0], as_tuple=True)
        corner = torch.stack([column, row], dim=1).float() * _STRIDE
        found = torch.cat([((corner + 1) / scale).floor(), ((corner + _WINDOW) / scale).floor()], dim=1)
        kept = nms(found, face[row, column], _LEVEL_OVERLAP)
        row, column = row[kept], column[kept]
        boxes.append(found[kept])
        scores.append(face[row, column])
        offsets.append(regression[0, :, row, column].T)
    if not boxes:
        return torch.empty((0, 4), device=photo.device)
    every, offset = torch.cat(boxes), torch.cat(offsets)
    kept = nms(every, torch.cat(scores), _OVERLAP)
    return _squared(_moved(every[kept], offset[kept], inclusive=0))


def _refine(photo: SummedAreas, network: nn.Module, boxes: Tensor) -> Tensor:
    """(n, 4) boxes -> those that R-Net believes, moved and squared."""
    boxes, windows = _inside(photo, boxes)
    if not len(boxes):
        return boxes
    outputs = [network(batch) for batch in _batches(photo, windows, 24)]
    score = torch.cat([probability for _, probability in outputs])[:, 1]
    offset = torch.cat([regression for regression, _ in outputs])
    passed = score > THRESHOLDS[1]
    boxes, score, offset = boxes[passed], score[passed], offset[passed]
    kept = nms(boxes, score, _OVERLAP)
    return _squared(_moved(boxes[kept], offset[kept], inclusive=1))


def _decide(photo: SummedAreas, network: nn.Module, boxes: Tensor) -> Found:
    """(n, 4) boxes -> the faces that O-Net believes, with landmarks."""
    boxes, windows = _inside(photo, boxes)
    if not len(boxes):
        return Found(boxes, boxes.new_empty(0), boxes.new_empty((0, 5, 2)))
    outputs = [network(batch) for batch in _batches(photo, windows, 48)]
    offset, points, probability = (torch.cat(parts) for parts in zip(*outputs, strict=True))
    score = probability[:, 1]
    passed = score > THRESHOLDS[2]
    boxes, score, offset, points = boxes[passed], score[passed], offset[passed], points[passed]
    sides = boxes[:, 2:] - boxes[:, :2] + 1
    landmarks = points.view(-1, 2, 5).transpose(1, 2) * sides[:, None] + boxes[:, None, :2] - 1
    boxes = _moved(boxes, offset, inclusive=1)
    order = torch.argsort(score, descending=True, stable=True)
    order = order[unsuppressed(boxes[order], overlap=_OVERLAP)]
    return Found(boxes[order], score[order], landmarks[order])


def unsuppressed(boxes: Tensor, *, overlap: float) -> Tensor:
    """(n,) bool: which of the boxes (n, 4), best first, no better kept one covers by more than `overlap`.

    Coverage is the common area over the smaller one's, so that a box inside another goes, however small. Greedy
    suppression is the only stable labelling of "kept if no better kept one covers it"; repeating that rule reaches
    it in as many rounds as the longest chain of covers, without a loop over boxes.
    """
    corner = torch.maximum(boxes[:, None, :2], boxes[None, :, :2])
    opposite = torch.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    common = (opposite - corner + 1).clamp(min=0).prod(dim=2)
    area = (boxes[:, 2:] - boxes[:, :2] + 1).prod(dim=1)
    covers = torch.triu(common / torch.minimum(area[:, None], area[None, :]) > overlap, diagonal=1)
    kept = torch.ones(len(boxes), dtype=torch.bool, device=boxes.device)
    while True:
        again = ~(covers & kept[:, None]).any(dim=0)
        if torch.equal(again, kept):
            return kept
        kept = again


def _inside(photo: SummedAreas, boxes: Tensor) -> tuple[Tensor, Tensor]:
    """The boxes (n, 4) that show some of the photo, and what they show: (n, 4) int64 windows, right and bottom open."""
    whole = boxes.trunc().long()
    corner = whole[:, :2].clamp(min=1) - 1
    limit = torch.tensor([photo.width, photo.height], device=boxes.device)
    windows = torch.cat([corner, torch.minimum(whole[:, 2:], limit)], dim=1)
    shown = (windows[:, 2:] > windows[:, :2]).all(dim=1)
    return boxes[shown], windows[shown]


def _batches(photo: SummedAreas, windows: Tensor, side: int) -> Iterator[Tensor]:
    """The windows as network inputs (b, 3, side, side), in batches that bound the memory."""
    for batch in torch.split(windows, _BATCH):
        yield _standardised(photo.windows(batch, side, side))


def _standardised(values: Tensor) -> Tensor:
    """0 to 255 -> about -1 to 1, as the networks were trained."""
    return (values - 127.5) * 0.0078125


def _moved(boxes: Tensor, offsets: Tensor, *, inclusive: int) -> Tensor:
    """(n, 4) boxes moved by (n, 4) offsets in units of their sides; `inclusive` pixels are added to a side."""
    sides = (boxes[:, 2:] - boxes[:, :2] + inclusive).repeat(1, 2)
    return boxes + offsets * sides


def _squared(boxes: Tensor) -> Tensor:
    """(n, 4) boxes grown to squares about their centres."""
    sides = boxes[:, 2:] - boxes[:, :2]
    longest = sides.amax(dim=1, keepdim=True)
    corner = boxes[:, :2] + sides * 0.5 - longest * 0.5
    return torch.cat([corner, corner + longest], dim=1)
