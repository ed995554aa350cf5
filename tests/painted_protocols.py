"""Published protocols in small, with painted faces: LFW's layout and that of Celebrities in Frontal-Profile."""

from pathlib import Path

from tests.painted import BLUE, GREEN, RED, paint

PEOPLE = (("Red", RED), ("Green", GREEN), ("Blue", BLUE))


def painted_lfw(folder: Path) -> Path:
    """Ten folds of one same and one different pair each, of three people in thirty photos; returns the pairs file."""
    lines = ["10\t1"]
    for fold, (name, other) in enumerate([("Red", "Green"), ("Green", "Blue")] * 5):
        lines += [f"{name}\t{fold + 1}\t{(fold + 2) % 10 + 1}", f"{name}\t{fold + 1}\t{other}\t{fold + 1}"]
    for name, colour in PEOPLE:
        for number in range(1, 11):
            paint(folder / name / f"{name}_{number:04d}.png", colour, noise=number)
    pairs = folder / "pairs.txt"
    pairs.write_text("\n".join(lines) + "\n")
    return pairs


def painted_cfp(folder: Path) -> Path:
    """Three people with two frontal photos and a profile each, in two folds of three same and three different pairs."""
    protocol = folder / "Protocol"
    lists: dict[str, list[str]] = {"F": [], "P": []}
    for person, (_, colour) in enumerate(PEOPLE, start=1):
        for letter, pose, photos in (("F", "frontal", 2), ("P", "profile", 2)):
            for number in range(1, photos + 1):
                name = f"Data/Images/{person:03d}/{pose}/{number:02d}.png"
                paint(folder / name, colour, noise=10 * person + number + (5 if pose == "profile" else 0))
                lists[letter].append(f"{len(lists[letter]) + 1} ../{name}")
    for poses in ("FF", "FP"):
        for fold in ("01", "02"):
            place = protocol / "Split" / poses / fold
            place.mkdir(parents=True)
            (place / "same.txt").write_text("1,2\n3,4\n5,6\n")
            (place / "diff.txt").write_text("1,3\n3,5\n5,1\n" if fold == "01" else "2,4\n4,6\n6,2\n")
    for letter, rows in lists.items():
        (protocol / f"Pair_list_{letter}.txt").write_text("\n".join(rows) + "\n")
    return folder
