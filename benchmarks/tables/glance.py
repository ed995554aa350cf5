"""The short table: recog beside the usual alternatives, one line per question."""

from benchmarks.tables.table import percent, read_results, table, the_row

Line = list[str]


def glance() -> str:
    """Return the short table: question, recog's answer, the answer of the alternative in the same run."""
    return table(["", "recog", "beside"], *_accuracy(), *_indexing(), *_searching(), *_grouping(), *_starting())


def _accuracy() -> list[Line]:
    ours, trunk = (the_row("accuracy.csv", head=head, flip="0") for head in ("shipped head", "512-d output"))
    one, plain = (
        the_row("identification.csv", embedding=name, people="1000", photos_each="1")
        for name in ("facenet-sface-dlib-triplet128", "first trunk 512-d")
    )
    return [
        [
            "Same person or not, 1,000 pairs of LFW's View 1, accuracy",
            f"{percent(ours['accuracy'])} ± {percent(ours['standard_error'])} %",
            f"{percent(trunk['accuracy'])} % (the FaceNet trunk's own 512-d output)",
        ],
        [
            "The same pairs: found at one false accept in 1,000",
            f"{percent(ours['val_1e-3'])} %",
            f"{percent(trunk['val_1e-3'])} %",
        ],
        [
            "Right name first, 1,000 people known from one photo each, hard tight crops",
            f"{percent(one['rank_1'])} %",
            f"{percent(plain['rank_1'])} %",
        ],
    ]


def _indexing() -> list[Line]:
    found, mtcnn = (the_row("detect.csv", detector=name) for name in ("recog", "facenet-pytorch MTCNN"))
    both = the_row("embed.csv", encoder="recog, facenet-sface-dlib, openvino (the default)")
    peers = [row for row in read_results("embed.csv")[0] if row["encoder"].startswith("facenet-pytorch")]
    fastest = max(peers, key=lambda row: float(row["faces/s"]))
    lines = [
        [
            f"Detection, ms a photo ({found['found']} and {mtcnn['found']} of the same faces found)",
            found["ms a photo, median"],
            f"{mtcnn['ms a photo, median']} (facenet-pytorch's MTCNN)",
        ],
        [
            "Encoding, faces a second",
            both["faces/s"],
            f"{fastest['faces/s']} (facenet-pytorch, one network where recog has three)",
        ],
    ]
    for size, what, whose in (
        ("1 MP", "Indexing, photos a second, 1 megapixel", " (facenet-pytorch's pipeline)"),
        ("12 MP", "The same, 12 megapixels", ""),
    ):
        ours, peer = (the_row("ingest.csv", photos=size, pipeline=name) for name in ("recog index", "facenet-pytorch"))
        recalls = f"recall {percent(ours['recall'])} and {percent(peer['recall'])} %"
        lines.append([f"{what} ({recalls})", ours["photos/s"], f"{peer['photos/s']}{whose}"])
    few, many, again = (
        the_row("scale.csv", run=run)
        for run in ("index 1000 photos", "index 10000 photos", "second run over 100000 files")
    )
    return [
        *lines,
        ["Memory of indexing 10,000 photos, MB", many["peak MB"], f"{few['peak MB']} (1,000 photos)"],
        ["A second run over 100,000 unchanged files, s", again["seconds"], ""],
    ]


def _searching() -> list[Line]:
    named, flat = (the_row("search.csv", faces="1000000", what=what) for what in ("recog identify", "raw FAISS, flat"))
    recall = the_row("search.csv", faces="1000000", what="recog index")["recall@10"]
    return [
        [
            f"Naming one face among 1,000,000, ms, median and 99th percentile (recall@10 {percent(recall)} %)",
            f"{named['p50, ms']}, {named['p99, ms']}",
            f"{flat['p50, ms']}, {flat['p99, ms']} (FAISS, exact, the search alone)",
        ]
    ]


def _grouping() -> list[Line]:
    scores = [
        row for row in read_results("cluster.csv")[0]
        if row["part"] == "scores" and row["data"].startswith("lfw_view1") and not row["note"]
    ]  # fmt: skip
    ours = next(row for row in scores if row["method"] == "recog")
    other = max((row for row in scores if "recog" not in row["method"]), key=lambda row: float(row["pairwise F"]))
    million = the_row("cluster.csv", part="growth", faces="1000000")
    return [
        [
            "Grouping LFW's View 1, pairwise and B-cubed F",
            f"{ours['pairwise F']}, {ours['B-cubed F']}",
            f"{other['pairwise F']}, {other['B-cubed F']} ({other['method']}, the same embeddings)",
        ],
        [
            "Grouping 1,000,000 made-up faces from nothing, s (MB)",
            f"{million['seconds']} ({million['MB']})",
            "average linkage cannot: its memory grows with the square",
        ],
    ]


def _starting() -> list[Line]:
    first, torch = (the_row("cold.csv", command=name) for name in ("recog identify", "import torch, load the weights"))
    step = the_row("style.csv", measure="seconds a step (plain)", size="512")
    return [
        [
            "First answer of a new process, s",
            first["seconds"],
            f"{torch['seconds']} (importing torch, loading the weights)",
        ],
        ["Style transfer at 512 px, s a step", step["recog"], f"{step['plain']} (the plain loop, targets kept)"],
    ]
