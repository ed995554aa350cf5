"""The README's numbers, made from benchmarks/results: the short table, and the tables behind it."""

import csv
from collections.abc import Callable, Mapping, Sequence

from benchmarks.measured import RESULTS

Row = dict[str, str]


def table(*rows: Sequence[str]) -> str:
    """Rows as Markdown, the first one the head."""
    head, *body = rows
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *body)) + "\n"


def read_results(name: str) -> tuple[list[Row], str]:
    """Rows of a results file, and its first lines if these are comments: machine, seeds, command."""
    lines = (RESULTS / name).read_text(encoding="utf-8").splitlines()
    comment = " ".join(line.lstrip("# ") for line in lines if line.startswith("#"))
    return list(csv.DictReader(line for line in lines if not line.startswith("#"))), comment


def the_row(name: str, **wanted: str) -> Row:
    """The one row of a results file with these values."""
    found = [row for row in read_results(name)[0] if wanted.items() <= row.items()]
    if len(found) != 1:
        raise SystemExit(f"{name} has {len(found)} rows with {wanted}: expected one")
    return found[0]


def shown(name: str, columns: Mapping[str, str | tuple[str, Callable[[str], str]]]) -> str:
    """Columns of a results file under readable names, made readable by their functions."""
    rows, comment = read_results(name)
    heads = [column if isinstance(column, str) else column[0] for column in columns.values()]
    body = [
        [row[key] if isinstance(column, str) else column[1](row[key]) for key, column in columns.items()]
        for row in rows
    ]
    return table(heads, *body) + f"\n*{comment}*\n"


def percent(share: str) -> str:
    """A share of one as a percentage with one digit."""
    return f"{100 * float(share):.1f}"


def thousands(number: str) -> str:
    """An integer with commas."""
    return f"{int(number):,}"


def glance() -> str:
    """What the tables say, a line each, beside what one would use otherwise in the same run."""
    ours, trunk = (the_row("accuracy.csv", head=head, flip="1") for head in ("shipped head", "512-d output"))
    one, plain = (
        the_row("identification.csv", embedding=name, people="1000", photos_each="1")
        for name in ("facenet-dlib-triplet128", "first trunk 512-d")
    )
    found, mtcnn = (the_row("detect.csv", detector=name) for name in ("recog", "facenet-pytorch MTCNN"))
    both = the_row("embed.csv", encoder="both, openvino int8 (the default)")
    peer = max(
        (row for row in read_results("embed.csv")[0] if row["encoder"].startswith("facenet-pytorch")),
        key=lambda row: float(row["faces/s"]),
    )
    small, large = (the_row("ingest.csv", photos=size, pipeline="recog index") for size in ("1 MP", "12 MP"))
    small_peer, large_peer = (
        the_row("ingest.csv", photos=size, pipeline="facenet-pytorch") for size in ("1 MP", "12 MP")
    )
    recalls = [percent(row["recall"]) for row in (small, small_peer, large, large_peer)]
    named, flat = (the_row("search.csv", faces="1000000", what=what) for what in ("recog identify", "raw FAISS, flat"))
    recall = the_row("search.csv", faces="1000000", what="recog index")["recall@10"]
    few, many, again = (
        the_row("scale.csv", run=run)
        for run in ("index 1000 photos", "index 10000 photos", "second run over 100000 files")
    )
    scores = [
        row for row in read_results("cluster.csv")[0]
        if row["part"] == "scores" and row["data"].startswith("lfw_view1") and not row["note"]
    ]  # fmt: skip
    million = the_row("cluster.csv", part="growth", faces="1000000")
    grouped = next(row for row in scores if row["method"] == "recog")
    other = max((row for row in scores if "recog" not in row["method"]), key=lambda row: float(row["pairwise F"]))
    first, torch = (the_row("cold.csv", command=name) for name in ("recog identify", "import torch, load the weights"))
    step = the_row("style.csv", measure="seconds a step (plain)", size="512")
    rows = [
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
        [
            f"Detection, ms a photo ({found['found']} and {mtcnn['found']} of the same faces found)",
            found["ms a photo, median"],
            f"{mtcnn['ms a photo, median']} (facenet-pytorch's MTCNN)",
        ],
        [
            "Encoding, faces a second",
            both["faces/s"],
            f"{peer['faces/s']} (facenet-pytorch, one network where recog has two)",
        ],
        [
            f"Indexing, photos a second, 1 megapixel (recall {recalls[0]} and {recalls[1]} %)",
            small["photos/s"],
            f"{small_peer['photos/s']} (facenet-pytorch's pipeline)",
        ],
        [
            f"The same, 12 megapixels (recall {recalls[2]} and {recalls[3]} %)",
            large["photos/s"],
            large_peer["photos/s"],
        ],
        [
            "Memory of indexing 10,000 photos, MB",
            many["peak MB"],
            f"{few['peak MB']} (1,000 photos)",
        ],
        ["A second run over 100,000 unchanged files, s", again["seconds"], ""],
        [
            f"Naming one face among 1,000,000, ms, median and 99th percentile (recall@10 {percent(recall)} %)",
            f"{named['p50, ms']}, {named['p99, ms']}",
            f"{flat['p50, ms']}, {flat['p99, ms']} (FAISS, exact, the search alone)",
        ],
        [
            "Grouping LFW's View 1, pairwise and B-cubed F",
            f"{grouped['pairwise F']}, {grouped['B-cubed F']}",
            f"{other['pairwise F']}, {other['B-cubed F']} ({other['method']}, the same embeddings)",
        ],
        [
            "Grouping 1,000,000 made-up faces from nothing, s (MB)",
            f"{million['seconds']} ({million['MB']})",
            "average linkage cannot: its memory grows with the square",
        ],
        [
            "First answer of a new process, s",
            first["seconds"],
            f"{torch['seconds']} (importing torch, loading the weights)",
        ],
        ["Style transfer at 512 px, s a step", step["recog"], f"{step['plain']} (the plain loop, targets kept)"],
    ]
    return table(["", "recog", "beside"], *rows)


def accuracy() -> str:
    """LFW scores of the published network, the start of training, and what is shipped."""
    rows, _ = read_results("accuracy.csv")
    body = [
        [
            row["head"],
            "yes" if row["flip"] == "1" else "no",
            f"{percent(row['accuracy'])} ± {percent(row['standard_error'])}",
            f"{float(row['auc']):.4f}",
            percent(row["val_1e-2"]),
            percent(row["val_1e-3"]),
        ]
        for row in rows
    ]
    head = ["Embedding", "Flip averaged", "Accuracy, %", "AUC", "VAL at FAR 1e-2, %", "VAL at FAR 1e-3, %"]
    return table(head, *body) + f"\n*Seed {rows[0]['seed']}; {rows[0]['machine']}.*\n"


def identification() -> str:
    """Open-set identification from one and two photos of each person, beside the first trunk's own output."""
    rows, comment = read_results("identification.csv")
    body = [
        [
            row["embedding"],
            thousands(row["people"]),
            row["photos_each"],
            *(percent(row[rate]) for rate in ("rank_1", "dir_1e-2", "dir_1e-1")),
        ]
        for row in rows
        if row["people"] in {"10", "100", "1000"} and row["photos_each"] in {"1", "2"}
    ]
    head = ["Embedding", "People enrolled", "Photos of each", "Rank 1, %", "DIR at FPIR 1e-2, %", "DIR at FPIR 1e-1, %"]
    return table(head, *body) + f"\n*{comment}*\n"


def naming() -> str:
    """Who gets a name as a gallery grows."""
    rows, comment = read_results("naming.csv")
    body = [
        [
            row["set"],
            thousands(row["enrolled"]),
            row["photos_each"],
            *(percent(row[rate]) for rate in ("dir_pair", "fpir_pair")),
            f"{float(row['threshold']):.3f}",
            *(percent(row[rate]) for rate in ("dir", "fpir")),
        ]
        for row in rows
        if row["enrolled"] != "30"
    ]
    head = ["Faces of", "People enrolled", "Photos of each", "Pair's threshold: named rightly, %", "strangers named, %"]
    head += ["Threshold for so many", "named rightly, %", "strangers named, %"]
    return table(head, *body) + f"\n*{comment}*\n"


def turned() -> str:
    """Names in turned photos, and what looking at the turns costs."""
    rates = ("named_before", "wrong_before", "strangers_before", "named", "wrong", "strangers")
    rows, comment = read_results("turned.csv")
    names = [
        [
            row["set"],
            row["people"],
            row["photos"],
            f"{row['turn']}°",
            *(f"{100 * float(row[rate]):.2f}" for rate in rates),
        ]
        for row in rows
    ]
    before = ["upright look only: named rightly, %", "wrongly, %", "strangers within the threshold, %"]
    now = ["named rightly, %", "wrongly, %", "strangers within the threshold, %"]
    costs, _ = read_results("turned_costs.csv")
    priced = [
        [
            row["set"],
            row["photos"],
            f"{100 * float(row['looked_again']):.1f}",
            row["ms_before"],
            row["ms"],
            f"{100 * float(row['more_in_all']):.1f}",
            f"{100 * float(row['more_median']):.1f}",
        ]
        for row in costs
    ]
    heads = [
        "Upright photos of",
        "Photos",
        "Looked at in other turns, %",
        "processor ms a photo before",
        "now",
        "more, %",
    ]
    return (
        table(["Faces of", "People", "Photos", "Turned by", *before, *now], *names)
        + "\n"
        + table([*heads, "more, median photo, %"], *priced)
        + f"\n*{comment}*\n"
    )


def options() -> str:
    """Mirror images and a second crop: price and gain."""
    return shown(
        "options.csv",
        {
            "flip": ("Mirror images", {"0": "no", "1": "yes"}.__getitem__),
            "crops": "Crops",
            "ms_per_face": "ms a face",
            "accuracy": ("Accuracy, %", percent),
            "val_1e-2": ("VAL at FAR 1e-2, %", percent),
            "val_1e-3": ("VAL at FAR 1e-3, %", percent),
            "other_val_1e-3": ("People of other origins: VAL at FAR 1e-3, %", percent),
        },
    )


def training() -> str:
    """Every recipe: what it reaches on people held out, of other origins, and on LFW's pairs."""
    return shown(
        "training.csv",
        {
            "recipe": "Recipe",
            "steps": "Steps",
            "held_out_val_1e-3": ("Held-out people: VAL at FAR 1e-3, %", percent),
            "held_out_mean_val": ("mean VAL, %", percent),
            "other_val_1e-3": ("Of other origins: VAL at FAR 1e-3, %", percent),
            "other_mean_val": ("mean VAL, %", percent),
            "lfw_view1_accuracy": ("View 1: accuracy, %", percent),
            "lfw_view1_val_1e-2": ("VAL at FAR 1e-2, %", percent),
        },
    )


def detection() -> str:
    """The detector beside others."""
    return shown(
        "detect.csv",
        {
            "detector": "Detector",
            "found": "Faces found",
            "recall": ("Recall, %", percent),
            "recall from 20 px": ("From 20 px, %", percent),
            "wrong boxes": "Wrong boxes",
            "ms a photo, median": "ms a photo, median",
            "processor ms, mean": "processor ms, mean",
        },
    )


def encoding() -> str:
    """The encoder by runtime and precision."""
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
    """Whole photos from file to database."""
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
    """Memory by the number of photos, and a run that finds nothing new."""
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
    """The index and what stands around it, beside raw FAISS and usearch."""
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


def starting() -> str:
    """The first answer of a new process."""
    return shown(
        "cold.csv",
        {"command": "Command", "seconds": "Seconds", "ratio": "Ratio", "processor seconds": "Processor seconds"},
    )


def clusters() -> str:
    """Cluster scores at settings fixed beforehand, and how long a library of made-up faces takes."""
    rows, comment = read_results("cluster.csv")
    scores = [
        [row["data"], row["method"], row["setting"], row["pairwise F"], row["B-cubed F"]]
        for row in rows
        if row["part"] == "scores" and not row["note"]
    ]
    growth = [
        [thousands(row["faces"]), row["part"], row["seconds"], row["MB"] if row["part"] == "growth" else ""]
        for row in rows
        if row["part"] in {"growth", "joining"}
    ] + [
        [thousands(row["faces"]), f"whole library, {row['setting']}", row["seconds"], ""]
        for row in rows
        if row["part"] == "library"
    ]
    odds = [
        [row["data"], row["setting"], row["note"]]
        for row in rows
        if row["part"] == "odds" and row["method"] == "probability of one person"
    ]
    return (
        table(["Faces of", "Method", "Setting", "Pairwise F", "B-cubed F"], *scores)
        + "\n"
        + table(["Made-up faces", "Clustered from nothing, or 1,000 joining", "Seconds", "MB"], *growth)
        + "\n"
        + table(["Faces of", "Probability of one person", "Clusters and names"], *odds)
        + f"\n*{comment}*\n"
    )


def style() -> str:
    """Steps of style transfer beside the plain loop, and how far faces move."""
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
