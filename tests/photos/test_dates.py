"""When a photo was taken: the surest source that gives a date which exists, and which one that was."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pillow_heif import from_pillow

from recog.photos import DecodeLimits, DecodePool, read_photo
from recog.photos.dates.named import named_date
from recog.photos.dates.packet import packet_dates
from recog.photos.dates.written import gps_date, iptc_date, written_date
from recog.types import DateSource, DecodedPhoto

SUMMER = timezone(timedelta(hours=2))
CHANGED = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
SUFFIXES = ["jpeg", "png", "webp", "tiff", "heif"]

Tags = Mapping[int, object]
NO_TAGS: Tags = {}


def local(text: str) -> datetime:
    """A date without a zone."""
    return datetime.fromisoformat(text)


def photo(
    path: Path,
    suffix: str = "jpeg",
    *,
    top: Tags = NO_TAGS,
    shot: Tags = NO_TAGS,
    gps: Tags = NO_TAGS,
    packet: bytes | None = None,
) -> Path:
    """A photo with EXIF tags in its first directory, in that of the shot, and in that of the place."""
    exif = Image.Exif()
    for directory, tags in ((exif, top), (exif.get_ifd(0x8769), shot), (exif.get_ifd(0x8825), gps)):
        directory.update(tags)
    file, image = BytesIO(), Image.new("RGB", (16, 16), "red")
    if suffix == "heif":
        from_pillow(image).save(file, exif=exif.tobytes())
    else:
        image.save(file, suffix, exif=exif.tobytes(), **({} if packet is None else {"xmp": packet}))
    path.write_bytes(file.getvalue())
    os.utime(path, (CHANGED.timestamp(),) * 2)
    return path


def xmp(**properties: str) -> bytes:
    prefixes = {"exif": "http://ns.adobe.com/exif/1.0/", "photoshop": "http://ns.adobe.com/photoshop/1.0/"}
    prefixes["xmp"] = "http://ns.adobe.com/xap/1.0/"
    spaces = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in prefixes.items())
    said = " ".join(f'{name.replace("_", ":")}="{value}"' for name, value in properties.items())
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF xmlns:rdf="{rdf}"><rdf:Description rdf:about="" {spaces} {said}/></rdf:RDF></x:xmpmeta>'
        '<?xpacket end="w"?>'
    ).encode()


def iptc(day: bytes, time: bytes) -> bytes:
    """A Photoshop block with an IPTC record, as a JPEG keeps it."""
    record = b"".join(b"\x1c\x02" + bytes((field, 0, len(text))) + text for field, text in ((55, day), (60, time)))
    return b"Photoshop 3.0\x008BIM\x04\x04\0\0" + len(record).to_bytes(4, "big") + record + bytes(len(record) % 2)


def with_iptc(path: Path, day: bytes, time: bytes) -> Path:
    block, data = iptc(day, time), path.read_bytes()
    path.write_bytes(data[:2] + b"\xff\xed" + (len(block) + 2).to_bytes(2, "big") + block + data[2:])
    os.utime(path, (CHANGED.timestamp(),) * 2)
    return path


def taken(path: Path) -> tuple[datetime | None, DateSource | None]:
    read = read_photo(path)
    return read.taken_at, read.taken_from


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_each_source_is_asked_when_the_surer_ones_say_nothing(tmp_path: Path, suffix: str) -> None:
    shot = {0x9003: "2011:01:01 10:00:00", 0x9004: "2012:01:01 10:00:00"}
    top = {0x0132: "2013:01:01 10:00:00"}
    gps = {29: "2014:01:01", 7: (10.0, 0.0, 0.0)}
    packet = xmp(xmp_CreateDate="2015-01-01T10:00:00") if suffix in ("jpeg", "webp") else None
    path = tmp_path / "IMG_20170101_100000.jpg"
    expected = [
        (local("2011-01-01 10:00"), DateSource.EXIF_ORIGINAL),
        (local("2012-01-01 10:00"), DateSource.EXIF_DIGITIZED),
        (local("2013-01-01 10:00"), DateSource.EXIF_CHANGED),
        (datetime(2014, 1, 1, 10, tzinfo=UTC), DateSource.GPS),
        *([(local("2015-01-01 10:00"), DateSource.XMP)] if packet else []),
        (local("2017-01-01 10:00"), DateSource.FILE_NAME),
    ]
    found = [taken(photo(path, suffix, top=top, shot=shot, gps=gps, packet=packet))]
    del shot[0x9003]
    found.append(taken(photo(path, suffix, top=top, shot=shot, gps=gps, packet=packet)))
    found.append(taken(photo(path, suffix, top=top, gps=gps, packet=packet)))
    found.append(taken(photo(path, suffix, gps=gps, packet=packet)))
    if packet:
        found.append(taken(photo(path, suffix, packet=packet)))
    found.append(taken(photo(path, suffix)))
    assert found == expected
    assert taken(photo(tmp_path / "a.jpg", suffix)) == (CHANGED, DateSource.FILE_TIME)


def test_iptc_is_asked_before_the_name(tmp_path: Path) -> None:
    path = with_iptc(photo(tmp_path / "IMG_20170101.jpg"), b"20160101", b"100000+0200")
    assert taken(path) == (datetime(2016, 1, 1, 10, tzinfo=SUMMER), DateSource.IPTC)
    path = with_iptc(photo(path), b"20160231", b"100000")
    assert taken(path) == (local("2017-01-01"), DateSource.FILE_NAME)


@pytest.mark.parametrize(
    "impossible",
    ["0000:00:00 00:00:00", "2019:02:30 10:00:00", "    :  :     :  :  ", "2019:01:01 25:00:00", "soon", ""],
)
def test_a_date_that_does_not_exist_is_passed_over(tmp_path: Path, impossible: str) -> None:
    path = photo(tmp_path / "a.jpg", shot={0x9003: impossible, 0x9004: "2012:01:01 10:00:00"})
    assert taken(path) == (local("2012-01-01 10:00"), DateSource.EXIF_DIGITIZED)


@pytest.mark.parametrize("tag", [(0x9003, 0x9011), (0x9004, 0x9012)])
def test_with_an_offset_a_date_is_an_instant(tmp_path: Path, tag: tuple[int, int]) -> None:
    path = photo(tmp_path / "a.jpg", shot={tag[0]: "2019:07:14 18:05:59", tag[1]: "+02:00"})
    assert taken(path)[0] == datetime(2019, 7, 14, 16, 5, 59, tzinfo=UTC)
    path = photo(path, shot={tag[0]: "2019:07:14 18:05:59", tag[1]: "+99:00"})
    assert taken(path)[0] == local("2019-07-14 18:05:59"), "a zone that does not exist"


def test_the_offset_of_the_last_change_is_used_with_it(tmp_path: Path) -> None:
    path = photo(tmp_path / "a.jpg", top={0x0132: "2019:07:14 18:05:59"}, shot={0x9010: "-03:30"})
    assert taken(path)[0] == datetime(2019, 7, 14, 21, 35, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2019:07:14 18:05:59", local("2019-07-14 18:05:59")),
        ("2019:07:14 18:05", local("2019-07-14 18:05")),
        ("2019:07:14 18:05:", local("2019-07-14 18:05")),
        ("2019:07:14", local("2019-07-14")),
        ("2019-07-14T18:05:59.123", local("2019-07-14 18:05:59")),
        ("2019-07-14T18:05:59+02:00", datetime(2019, 7, 14, 18, 5, 59, tzinfo=SUMMER)),
        ("2019-07-14T18:05Z", datetime(2019, 7, 14, 18, 5, tzinfo=UTC)),
        (b"2019:07:14 18:05:59\0", local("2019-07-14 18:05:59")),
        ("2019:7:4 8:05:59", local("2019-07-04 08:05:59")),
        ("2019", None),
        ("2019:13:01 00:00:00", None),
        ("2019:07:14 18:05:59 and more", None),
        (20190714, None),
        (None, None),
    ],
)
def test_dates_are_read_as_they_are_written(text: object, date: datetime | None) -> None:
    read = written_date(text)
    assert read == date
    assert (read and read.tzinfo) == (date and date.tzinfo)


def test_the_satellites_say_utc_and_half_of_it_is_nothing() -> None:
    assert gps_date("2019:07:14", (18, 5, 59.7)) == datetime(2019, 7, 14, 18, 5, 59, tzinfo=UTC)
    for day, time in ((None, (1, 2, 3)), ("2019:07:14", None), ("2019:07:14", (1, 2)), ("2019:07:14", (1, 2, "x"))):
        assert gps_date(day, time) is None
    assert gps_date("2019:07:14", (float("nan"), 2, 3)) is None


def test_iptc_may_lack_the_time() -> None:
    assert iptc_date(b"20190714", None) == local("2019-07-14")
    assert iptc_date(b"20190714", b"180559-0330") == datetime(2019, 7, 14, 21, 35, 59, tzinfo=UTC)
    assert iptc_date(b"20190714", b"180559") == local("2019-07-14 18:05:59")
    assert iptc_date(b"00000000", b"180559") is None
    assert iptc_date([b"20190714", b"2"], None) is None


@pytest.mark.parametrize(
    ("stem", "date"),
    [
        ("IMG-20190704-WA0001", local("2019-07-04")),
        ("2019-07-04 12.30.00", local("2019-07-04 12:30")),
        ("2019-07-04 12.30.00-1", local("2019-07-04 12:30")),
        ("IMG_20190704_123000", local("2019-07-04 12:30")),
        ("IMG_20190704_123000_1", local("2019-07-04 12:30")),
        ("IMG_20190704_123000123", local("2019-07-04 12:30")),
        ("20190704_123000", local("2019-07-04 12:30")),
        ("20190704123000", local("2019-07-04 12:30")),
        ("Screenshot_20190704-123000", local("2019-07-04 12:30")),
        ("Screenshot_2019-07-04-12-30-00", local("2019-07-04 12:30")),
        ("Screenshot_2019-07-04-12-30-00-123_com.app", local("2019-07-04 12:30")),
        ("Screenshot 2019-07-04 at 12.30.00", local("2019-07-04 12:30")),
        ("Screen Shot 2019-07-04 at 1.30.00 PM", local("2019-07-04 13:30")),
        ("WhatsApp Image 2019-07-04 at 01.30.00 PM", local("2019-07-04 13:30")),
        ("signal-2019-07-04-123000", local("2019-07-04 12:30")),
        ("PXL_20190704_123000123", datetime(2019, 7, 4, 12, 30, tzinfo=UTC)),
        ("PXL_20190704_123000123.PORTRAIT", datetime(2019, 7, 4, 12, 30, tzinfo=UTC)),
        ("2019-07-04 birthday", local("2019-07-04")),
        ("holiday 2019.07.04", local("2019-07-04")),
        ("IMG_20190704_993000", local("2019-07-04")),
        ("20190230 20190704", local("2019-07-04")),
        ("IMG_20190230_123000", None),
        ("IMG_1234", None),
        ("DSC20190704", local("2019-07-04")),
        ("120190704", None),
        ("201907041", None),
        ("2019-0704", None),
        ("FB_IMG_1562243400000", None),
        ("1024x768", None),
        ("", None),
    ],
)
def test_dates_in_names_are_those_of_cameras_phones_and_messengers(stem: str, date: datetime | None) -> None:
    read = named_date(stem)
    assert read == date
    assert (read and read.tzinfo) == (date and date.tzinfo)


def test_a_packet_is_read_in_both_ways_of_writing_and_never_expands_entities() -> None:
    packet = xmp(xmp_CreateDate="2015-01-01T10:00", photoshop_DateCreated="2014-01-01")
    assert list(packet_dates(packet)) == ["2014-01-01", "2015-01-01T10:00"]
    element = packet.replace(b'xmp:CreateDate="2015-01-01T10:00"', b"").replace(
        b"/></rdf:RDF>", b"><xmp:CreateDate>2016-01-01</xmp:CreateDate></rdf:Description></rdf:RDF>"
    )
    assert list(packet_dates(element)) == ["2014-01-01", "2016-01-01"]
    laughs = b'<!DOCTYPE x [<!ENTITY a "2015-01-01">]>' + packet.partition(b"?>")[2]
    assert list(packet_dates(laughs)) == []
    assert list(packet_dates(b"no xml")) == []
    assert list(packet_dates(b" " * (1 << 23) + packet)) == []


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=40), st.text(max_size=8))
def test_no_text_is_more_than_a_date_or_none(text: str, offset: str) -> None:
    for read in (written_date(text, offset), iptc_date(text, offset), named_date(text), gps_date(text, (text, 1, 2))):
        assert read is None or isinstance(read, datetime)


def test_date_and_source_come_out_of_the_decoding_process(tmp_path: Path) -> None:
    paths = [
        photo(tmp_path / "a.jpg", shot={0x9003: "2019:07:14 18:05:59", 0x9011: "+02:00"}),
        photo(tmp_path / "IMG-20190704-WA0001.jpg"),
        photo(tmp_path / "b.jpg"),
    ]
    with DecodePool(DecodeLimits()) as pool:
        for path, source in zip(paths, ("exif_original", "file_name", "file_time"), strict=True):
            there = pool.open(path)
            assert isinstance(there, DecodedPhoto)
            assert (there.taken_at, there.taken_from) == taken(path)
            assert there.taken_from == source
