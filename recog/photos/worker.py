"""The program of a decoding process: it opens the photos that recog names and sends the pixels back.

Run it as `python -P -m recog.photos.worker DESCRIPTOR MEMORY SECONDS`. A hostile file can harm only this process, which
holds no catalog and no lock, writes no file and has a memory limit.
"""

import hashlib
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from recog.errors import PhotoError
from recog.photos.decode import PhotoSource, decode_areas, decode_photo, read_source, refuse_no_photo
from recog.photos.metadata import PhotoMetadata, read_metadata
from recog.photos.reasons import Reason, out_of_memory, unreadable
from recog.photos.wire import fill, receive, send
from recog.types import Area, DecodedPhoto, Pixels

Decode = Callable[[PhotoSource, int | None], DecodedPhoto]
Cut = Callable[[PhotoSource, Sequence[Area]], list[Pixels]]
Look = Callable[[PhotoSource], PhotoMetadata]
Refuse = Callable[[PhotoSource], None]

GRACE_SECONDS = 5
"""After the limit, before the process ends itself."""


def main(
    decode: Decode = decode_photo,
    look: Look = read_metadata,
    refuse: Refuse = refuse_no_photo,
    cut: Cut = decode_areas,
) -> None:
    """Serve the recog process that started this one until it closes the connection.

    refuse raises PhotoError for bytes that cannot be a known photo; recog is then not asked about their digest.
    """
    run(lambda connection, seconds: serve(connection, decode, look, refuse, cut, seconds=seconds))


def run(answer: Callable[[socket.socket, int], None]) -> None:
    """Limit this process as the command line says, and answer requests until recog closes the connection.

    answer gets the connection, and the seconds that one request may take.
    """
    descriptor, memory, seconds = (int(word) for word in sys.argv[1:])
    # Ctrl-C reaches every process of a terminal, but recog decides when this one ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit(memory)
    with socket.socket(fileno=descriptor) as connection, suppress(EOFError, OSError):  # recog hung up
        answer(connection, seconds)
    # Nothing needs to be cleaned up, and a normal exit of the interpreter is slow.
    os._exit(0)


def serve(connection: socket.socket, decode: Decode, look: Look, refuse: Refuse, cut: Cut, *, seconds: int) -> None:
    """Answer requests in turn: with the digest, and then, if recog does not know it, with the pixels or a reason.

    A request for metadata gets the digest together with the metadata. A request for areas names the digest of the
    photo; its answer is a message, and their pixels. If recog is gone while a decoder hangs, an alarm
    ends this process some seconds after the limit.
    """
    send(connection, {"ready": True})
    while True:
        request = receive(connection)
        path = Path(request["path"])
        signal.alarm(seconds + GRACE_SECONDS)
        try:
            source = _source(connection, path, request.get("bytes"))
            if request.get("metadata"):
                _tell(connection, look(source))
            elif "areas" in request:
                if source.sha256 != request["sha256"]:
                    raise unreadable(path, Reason.CHANGED)
                _show(connection, cut(source, [Area(*sides) for sides in request["areas"]]))
            else:
                refuse(source)
                _answer(connection, source, decode, request["longest"])
        except PhotoError as error:
            tell_refusal(connection, error)
        except MemoryError:
            tell_refusal(connection, out_of_memory(path))
        signal.alarm(0)


def _source(connection: socket.socket, path: Path, size: int | None) -> PhotoSource:
    """Read the file, or receive its bytes if recog sends them."""
    if size is None:
        return read_source(path)
    data = bytearray(size)
    fill(connection, memoryview(data))
    return PhotoSource(path, bytes(data), hashlib.sha256(data).hexdigest())


def _answer(connection: socket.socket, source: PhotoSource, decode: Decode, longest: int | None) -> None:
    send(connection, {"sha256": source.sha256})
    if not receive(connection)["wanted"]:
        return
    photo = decode(source, longest)
    date = None if photo.taken_at is None else photo.taken_at.isoformat()
    factor = photo.reduced.factor if photo.reduced else 1
    said = {"width": photo.width, "height": photo.height, "factor": factor, "format": photo.format, "taken_at": date}
    send(connection, said | {"incomplete": photo.incomplete, "taken_from": photo.taken_from, "moves": photo.moves})
    connection.sendall(photo.pixels.data.cast("B"))


def _tell(connection: socket.socket, metadata: PhotoMetadata) -> None:
    answer = {
        "sha256": metadata.sha256,
        "orientation": metadata.orientation,
        "turned_by_format": metadata.turned_by_format,
        "packets": [len(packet) for packet in metadata.packets],
    }
    send(connection, answer)
    connection.sendall(b"".join(metadata.packets))


def _show(connection: socket.socket, areas: Sequence[Pixels]) -> None:
    send(connection, {"areas": len(areas)})
    for pixels in areas:
        connection.sendall(pixels.data.cast("B"))


def tell_refusal(connection: socket.socket, error: PhotoError) -> None:
    """Send the reason and the sentence of an error."""
    send(connection, {"reason": error.reason, "message": str(error)})


def _limit(memory: int) -> None:
    """Limit the address space in bytes, if the system supports that, and forbid files and core dumps.

    A core dump would be a copy of somebody's photo on the disk.
    """
    for kind, wanted in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(kind)
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (limit, hard))


if __name__ == "__main__":
    main()
