"""The scans that the bytes of a JPEG hold, and whether its end mark is there."""

import re
from collections.abc import Callable
from dataclasses import dataclass

_EOI, _SOS = 0xD9, 0xDA
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SEGMENTS = _FRAMES | {0xC4, 0xCC, _SOS, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF, 0xFE, *range(0xE0, 0xF0)}
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_COEFFICIENTS = 64
_SHORTEST_SCAN = 4
"""Bytes of a scan's header: the number of components, both ends of the range, the approximation."""

# In coded data, FF 00 is the byte FF, and FF D0 to FF D7 are restart markers. Any other pair ends the data.
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")


@dataclass(frozen=True, slots=True)
class Scan:
    """One pass over the picture, for some of its components and the coefficients from first to last.

    refines: earlier scans sent these coefficients, and this one adds a bit. low: number of bits still missing after it.
    """

    components: tuple[int, ...]
    first: int
    last: int
    refines: bool
    low: int


@dataclass(frozen=True, slots=True)
class Scans:
    """The scans of the first picture in a file.

    components: their numbers in the frame. ended: the end mark is there. The coded data of the last scan lie at the
    offsets from start to end.
    """

    components: tuple[int, ...]
    scans: tuple[Scan, ...]
    ended: bool
    start: int
    end: int

    def all_sent(self) -> bool:
        """Return whether every coefficient is there to its last bit."""
        return self._cover(lambda scan: scan.low == 0)

    def all_begun(self) -> bool:
        """Return whether every coefficient is there, at least in its first approximation."""
        return self._cover(lambda scan: not scan.refines)

    def _cover(self, counts: Callable[[Scan], bool]) -> bool:
        wanted = {(component, number) for component in self.components for number in range(_COEFFICIENTS)}
        sent = {
            (component, number)
            for scan in filter(counts, self.scans)
            for component in scan.components
            for number in range(scan.first, scan.last + 1)
        }
        return wanted <= sent


def read_scans(data: bytes) -> Scans:
    """Walk the markers of a JPEG (ITU-T T.81, annex B) up to its end mark, or until no marker follows."""
    components: tuple[int, ...] = ()
    scans: list[Scan] = []
    progressive = ended = False
    start = end = 0
    at = 2
    while True:
        while data[at : at + 2] == b"\xff\xff":
            at += 1  # a marker may be preceded by any number of FF
        marker = data[at + 1] if data[at : at + 1] == b"\xff" and at + 1 < len(data) else 0
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        body = data[at + 4 : at + 2 + length]
        if marker == _EOI:
            ended = True
            break
        if marker not in _SEGMENTS or len(body) != length - 2:
            break
        at += 2 + length
        if marker in _FRAMES:
            components = tuple(body[6::3])
            progressive = marker in _PROGRESSIVE
        elif marker == _SOS:
            scans.append(_scan(body, progressive=progressive))
            found = _MARKER.search(data, at)
            start, end = at, len(data) if found is None else found.start()
            at = end
    return Scans(components, tuple(scans), ended, start, end)


def _scan(body: bytes, *, progressive: bool) -> Scan:
    """Parse a scan's header; only scans of a progressive picture hold a part of the coefficients."""
    components = tuple(body[1:-3:2])
    if not progressive or len(body) < _SHORTEST_SCAN:
        return Scan(components, 0, _COEFFICIENTS - 1, refines=False, low=0)
    first, last, approximation = body[-3:]
    return Scan(components, first, last, refines=approximation >> 4 > 0, low=approximation & 15)
