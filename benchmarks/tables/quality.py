"""Tables of accuracy: pairs, identification, naming, turned photos, training recipes, detection, clusters."""

from benchmarks.tables.table import percent, read_results, shown, table, thousands


def accuracy() -> str:
    """Return LFW scores of the published network, the start of training, and the shipped network."""
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
    """Return open-set identification from one and two photos per person, beside the first trunk's own output."""
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


def networks() -> str:
    """Return every network on sets that it was not trained on, beside its time."""
    return shown(
        "networks.csv",
        {
            "network": ("Network", "`{}`".format),
            "ms_per_face": "ms a face",
            "view1_accuracy": ("View 1: accuracy, %", percent),
            "view1_val_1e-3": ("VAL 1e-3, %", percent),
            "celeba_val_1e-3": ("CelebA held out: VAL 1e-3, %", percent),
            "fiw_val_1e-3": ("Families: VAL 1e-3, %", percent),
            "fiw_val_1e-4": ("VAL 1e-4, %", percent),
            "fiw_rank_1": ("rank 1, %", percent),
            "pins_val_1e-3": ("Pins: VAL 1e-3, %", percent),
            "pins_val_1e-4": ("VAL 1e-4, %", percent),
            "pins_rank_1": ("rank 1, %", percent),
            "cfp_ff_accuracy": ("CFP frontal, %", percent),
            "cfp_fp_accuracy": ("CFP profile, %", percent),
            "rank_1_of_1000": ("Rank 1 of 1,000 people, %", percent),
        },
    )


def naming() -> str:
    """Return how many faces get a name as a gallery grows."""
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
    """Return names in turned photos, and the cost of searching other turns."""
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
    """Return cost and gain of mirror images and a second crop."""
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
    """Return the scores of each recipe on held-out people, people of another origin, and LFW's pairs."""
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


def sface_training(name: str) -> str:
    """Return the scores of SFace before and after its training by each recipe of a results file."""
    rows, comment = read_results(name)
    by_recipe = {row["recipe"]: [each for each in rows if each["recipe"] == row["recipe"]] for row in rows}
    scores = ("celeba_val_1e-3", "celeba_mean_val", "families_val_1e-3", "families_mean_val")
    body = [["start", "0", "", "", *(percent(rows[0][name]) for name in scores)]]
    for recipe, own in by_recipe.items():
        last, best = own[-1], max(own, key=lambda row: float(row["mean"]))
        scored = [percent(last[name]) for name in scores]
        body.append([recipe, last["step"], best["step"], f"{float(last['spread']):.2f}", *scored])
    sets = ("CelebA held out", "families")
    heads = [f"{name}: {what}, %" for name in sets for what in ("VAL at FAR 1e-3", "mean VAL")]
    return table(["Recipe", "Steps", "Best step", "Spread", *heads], *body) + f"\n*{comment}*\n"


def sface_trained() -> str:
    """Return the scores of trained networks, and of their starts, on the sets that chose nothing."""
    return shown(
        "sface_trained.csv",
        {
            "network": "Network",
            "families_val_0.001": ("Families a to f: VAL 1e-3, %", percent),
            "families_val_0.0001": ("VAL 1e-4, %", percent),
            "pins_val_0.001": ("Pins: VAL 1e-3, %", percent),
            "pins_val_0.0001": ("VAL 1e-4, %", percent),
            "view1_accuracy": ("View 1: accuracy, %", percent),
            "view1_val_1e-3": ("VAL 1e-3, %", percent),
            "cfp_ff_accuracy": ("CFP frontal: accuracy, %", percent),
            "cfp_ff_val_1e-3": ("VAL 1e-3, %", percent),
            "cfp_fp_accuracy": ("CFP profile: accuracy, %", percent),
            "cfp_fp_val_1e-3": ("VAL 1e-3, %", percent),
        },
    )


def update_of_names() -> str:
    """Return the names by distance of a small library before and after the change of the default network."""
    return shown(
        "upgrade.csv",
        {
            "people_of": "People of",
            "library": "Library",
            "network": "Network",
            "detector": "Detector",
            "faces": "Faces",
            "threshold": "Threshold",
            "right": "Right names",
            "wrong": "Wrong names",
            "unnamed": "Not named",
            "share_right": ("Right, %", percent),
        },
    )


def detection() -> str:
    """Return recog's detector beside others."""
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


def clusters() -> str:
    """Return cluster scores at settings fixed beforehand, and the time for a library of made-up faces."""
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
