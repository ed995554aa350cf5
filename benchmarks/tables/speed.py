"""Tables of speed and memory: encoding, indexing, scale, search, start, style transfer."""

from benchmarks.tables.table import percent, read_results, shown, table, thousands


def encoding() -> str:
    """Return the encoder's speed by runtime and precision."""
    return shown(
        "embed.csv",
        {
            "encoder": "Encoder",
            "faces/s": "Faces a second",
            "x best peer": "x facenet-pytorch",
            "x best peer (processor)": "x by processor time",
            "least cosine": "Least cosine",
        },
    )


def indexing() -> str:
    """Return the speed of indexing whole photos, from file to database."""
    return shown(
        "ingest.csv",
        {
            "photos": "Photos",
            "pipeline": "Pipeline",
            "photos/s": "Photos a second",
            "x peer": "x peer",
            "processor s a photo": "Processor s a photo",
            "faces": "Faces",
            "recall": ("Recall, %", percent),
        },
    )


def scale() -> str:
    """Return memory by the number of photos, and the time of a run that finds nothing new."""
    return shown(
        "scale.csv",
        {
            "run": "Run",
            "photos": ("Photos", thousands),
            "faces": ("Faces", thousands),
            "seconds": "Seconds",
            "peak MB": "Peak MB of the process that indexes",
        },
    )


def searching() -> str:
    """Return the search index and identification, beside raw FAISS and usearch."""
    return shown(
        "search.csv",
        {
            "faces": ("Faces", thousands),
            "what": "What",
            "build, s": "Build, s",
            "p50, ms": "Median, ms",
            "p99, ms": "99th percentile, ms",
            "1000 probes, s": "1,000 probes, s",
            "recall@1": "Recall@1",
            "recall@10": "Recall@10",
            "detail": "",
        },
    )


def serving() -> str:
    """Return the search of a PostgreSQL server, beside FAISS in its client."""
    return shown(
        "server.csv",
        {
            "faces": ("Faces", thousands),
            "what": "What",
            "build, s": "Build, s",
            "first search, s": "First search of a client, s",
            "p50, ms": "Median, ms",
            "p99, ms": "99th percentile, ms",
            "recall@1": "Recall@1",
            "recall@10": "Recall@10",
            "detail": "",
        },
    )


def storing() -> str:
    """Return how many photos of a queue several writers store in one PostgreSQL catalog."""
    return shown(
        "queue.csv",
        {
            "photos": ("Photos", thousands),
            "writers": "Writers",
            "seconds": "Seconds",
            "photos/s": "Photos a second",
            "faces/s": "Faces a second",
        },
    )


def browsing() -> str:
    """Return how fast the pages of photos answer, for a library of many."""
    return shown(
        "photos.csv",
        {
            "address": "Page",
            "answers": "Answers",
            "median, ms": "Median, ms",
            "slowest, ms": "Slowest, ms",
            "bytes": ("Bytes", thousands),
        },
    )


def starting() -> str:
    """Return the time to the first answer of a new process."""
    return shown(
        "cold.csv",
        {"command": "Command", "seconds": "Seconds", "ratio": "Ratio", "processor seconds": "Processor seconds"},
    )


def style() -> str:
    """Return steps of style transfer beside the plain loop, and how far faces move."""
    rows, _ = read_results("style.csv")
    measured = [[row[column] for column in ("measure", "size", "plain", "recog", "ratio", "note")] for row in rows]
    faces = shown(
        "style_faces.csv",
        {
            "faces": "Faces",
            "colours": "Colours",
            "photos": "Photos",
            "median squared distance": "Squared distance to the photo's face, median",
            "largest": "largest",
            "within threshold": "within the threshold",
            "detected": "detected",
        },
    )
    return (
        table(["Measure", "Pixels", "Plain loop", "recog", "Ratio", ""], *measured)
        + f"\n*{rows[0]['machine']}, load {rows[0]['load']}, torch {rows[0]['torch']}.*\n\n"
        + faces
    )


def style_quality() -> str:
    """Return figures of styled pictures that no search minimises, by variant of the cost."""
    return shown(
        "style_quality.csv",
        {
            "variant": "Variant",
            "pair": "Photo and painting",
            "size": "Pixels",
            "style": "Style",
            "content": "Content",
            "pair figure": "Pair",
            "noise": "Noise",
            "contrast": "Contrast",
            "palette": "Palette",
            "unpainted": "Unpainted",
            "processor seconds": "Processor seconds",
        },
    )


def video() -> str:
    """Return what a long video costs."""
    return shown(
        "video_cost.csv",
        {
            "video": "Video",
            "tracks": "Tracks",
            "wall_seconds": "Seconds",
            "own_seconds": "Processor seconds, recog",
            "decoder_seconds": "Processor seconds, decoding",
            "own_mb": "Peak memory, MB",
            "decoder_mb": "Decoding, MB",
        },
    )
