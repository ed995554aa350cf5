"""Tables of the fault tests: faults injected, and what they left behind."""

from benchmarks.tables.table import read_results, shown, table, thousands


def sweep() -> str:
    """Return one row for each verb: at how many system calls it was killed or refused, and what was left wrong."""
    rows, comment = read_results("faults.csv")
    verbs = sorted({row["verb"] for row in rows})
    faults = sorted({row["fault"] for row in rows})
    body = []
    for verb in verbs:
        of_verb = {row["fault"]: row for row in rows if row["verb"] == verb}
        wrong = sum(int(row["left something wrong"]) for row in of_verb.values())
        tried = [thousands(of_verb[fault]["tried"]) if fault in of_verb else "" for fault in faults]
        body.append([f"`{verb}`", *tried, str(wrong)])
    return table(["Verb", *faults, "left something wrong"], *body) + f"\n*{comment}*\n"


def kills() -> str:
    """Return where random kills hit an indexer."""
    return shown("faults_kills.csv", {"killed": "Killed", "kills that landed": "Kills that landed"})


def queue() -> str:
    """Return how often workers of a queue were killed, and in what the result differs from an undisturbed run."""
    return shown(
        "faults_queue.csv", {name: name.capitalize() for name in ("photos", "workers", "kills", "differences")}
    )


def power() -> str:
    """Return the states of a model disk that keeps only what was synced."""
    columns = ("verb", "disk", "states", "left something wrong")
    return shown("faults_power.csv", {name: name.capitalize() for name in columns})


def damage() -> str:
    """Return how a damaged index was noticed and rebuilt."""
    columns = ("faces", "damage", "tried", "noticed", "wrong answers", "slowest, s")
    return shown("faults_damage.csv", {name: name.capitalize() for name in columns})


def beside() -> str:
    """Return what commands beside a running server did."""
    return shown("faults_beside.csv", {"what": "What", "of": "Of", "count": "Count"})


def models() -> str:
    """Return how many random steps agreed with plain models."""
    return shown(
        "faults_model.csv", {name: name.capitalize() for name in ("model", "sequences", "steps", "broke a law")}
    )


def changed_bytes() -> str:
    """Return what readers made of files with changed bytes."""
    return shown(
        "faults_fuzz.csv", {name: name.capitalize() for name in ("reader", "files", "read", "refused", "wrong")}
    )


def soak() -> str:
    """Return the memory and the open files of a process that worked for two hours."""
    names = (
        "libraries",
        "minutes",
        "MB after warm-up",
        "MB at end",
        "growth % an hour",
        "files open at first",
        "at end",
    )
    return shown("faults_soak.csv", {name: name[0].upper() + name[1:] for name in names})
