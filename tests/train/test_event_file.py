"""An event file is what TensorBoard reads: checked frames around protocol buffers."""

import struct
from pathlib import Path

import pytest

from recog.train.checkpoint import Progress
from recog.train.event_file import EventFile, crc32c

STEP = Progress(
    step=300, steps=400, loss=0.125, triplets=96, active=0.5, spread=0.75, scores={"mean": 0.875}, best=True
)


def frames(content: bytes) -> list[bytes]:
    """Return the contents of all frames; both checksums of each must be right."""
    found = []
    while content:
        (length, check) = struct.unpack("<QI", content[:12])
        body, (after,) = content[12 : 12 + length], struct.unpack("<I", content[12 + length : 16 + length])
        for covered, expected in ((content[:8], check), (body, after)):
            turned = (expected - 0xA282EAD8) % 2**32
            assert (turned >> 17 | turned << 15) % 2**32 == crc32c(covered)
        found.append(body)
        content = content[16 + length :]
    return found


def test_the_checksum_is_castagnolis() -> None:
    """The values are those of RFC 3720, appendix B.4, and of the CRC catalogue."""
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(bytes(32)) == 0x8A9136AA


def test_a_step_is_written_with_its_scores(tmp_path: Path) -> None:
    file = EventFile(tmp_path / "run", resume=False, clock=lambda: 1.5)
    file.add(STEP)
    first, second = frames(file.path.read_bytes())
    assert first == b"\x09" + struct.pack("<d", 1.5) + b"\x1a\x0dbrain.Event:2"
    assert second.startswith(b"\x09" + struct.pack("<d", 1.5) + b"\x10\xac\x02\x2a")
    for tag, value in (
        ("loss", 0.125), ("triplets/selected", 96.0), ("triplets/active", 0.5), ("spread", 0.75),
        ("validation/mean", 0.875),
    ):  # fmt: skip
        inner = b"\x0a" + bytes([len(tag)]) + tag.encode() + b"\x15" + struct.pack("<f", value)
        assert b"\x0a" + bytes([len(inner)]) + inner in second


@pytest.mark.parametrize(("resume", "count"), [(True, 3), (False, 2)])
def test_a_resumed_run_continues_the_file_and_a_new_one_replaces_it(tmp_path: Path, resume: bool, count: int) -> None:
    EventFile(tmp_path, resume=False).add(STEP)
    EventFile(tmp_path, resume=resume).add(STEP)
    assert len(frames((tmp_path / "events.out.tfevents.recog").read_bytes())) == count
