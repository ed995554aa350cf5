"""Tables of explanations: where their weight lies, what the networks have, and how fast photos pass."""

from benchmarks.tables.table import percent, read_results, shown, table, thousands

_FACES = "explained.csv"


def weight_inside() -> str:
    """Return how much of the weight of a map lies inside the face's box, for each network and map."""
    rows, comment = read_results(_FACES)
    head = ["Network", "Map", "Inside, mean %", "Median %", "Least %", "Most of it inside", "Box's share, %"]
    body = [
        [
            row["network"],
            row["map"],
            *(percent(row[name]) for name in ("mean inside the face", "median", "least")),
            row["faces with most inside"],
            percent(row["box's share of the picture"]),
        ]
        for row in rows
        if not row["map"].startswith("part: ")
    ]
    return table(head, *body) + f"\n*{comment}*\n"


def weight_of_parts() -> str:
    """Return the share of the occlusion map's weight on each part of a face."""
    rows, _ = read_results(_FACES)
    body = [
        [row["network"], row["map"].removeprefix("part: "), percent(row["mean inside the face"])]
        for row in rows
        if row["map"].startswith("part: ")
    ]
    return table(["Network", "Part", "Share of the weight, %"], *body)


def layers() -> str:
    """Return how many layers and units each network has, and what their peaks cost."""
    rows, comment = read_results("explained_layers.csv")
    body = [[row["network"], row["layers"], thousands(row["units"]), row["processor ms an input"]] for row in rows]
    return table(["Network", "Layers", "Units", "Processor ms an input"], *body) + f"\n*{comment}*\n"


def speed() -> str:
    """Return photos a second and peak memory of indexing and of explaining the same photos."""
    return shown(
        "explained_speed.csv",
        {
            "run": "Run",
            "photos": ("Photos", thousands),
            "photos/s": "Photos a second",
            "processor s a photo": "Processor s a photo",
            "peak memory in MB": ("Peak memory, MB", thousands),
        },
    )
