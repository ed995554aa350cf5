"""What training and cleaning made, in words."""

from pathlib import Path

from recog.assess.clean import Cleaning, LeftOut, Why
from recog.evaluate.lfw import LfwScores
from recog.render.text_training import cleaning_text, trained_head


def scores(accuracy: float) -> LfwScores:
    return LfwScores(
        pairs=10, folds=2, accuracy=accuracy, std=0.1, standard_error=0.05, threshold=0.9, auc=0.95, eer=0.1, val=()
    )


def test_a_head_that_is_its_start_says_so_and_its_path_cannot_write_to_the_terminal() -> None:
    lines = trained_head(Path("\x1b.safetensors"), 0, scores(0.8), scores(0.8)).splitlines()
    assert "\x1b" not in "".join(lines)
    assert lines[1].startswith("best step  0: the start itself")


def test_how_to_use_a_head_is_said_where_its_name_is_the_one_that_is_looked_for() -> None:
    used = trained_head(Path("/my heads/facenet-dlib-triplet128.safetensors"), 5, scores(0.8), scores(0.7))
    assert used.splitlines()[-1] == (
        "to use it  set RECOG_NETWORK=facenet-dlib and RECOG_HEADS='/my heads', and index again"
    )
    assert "to use it" not in trained_head(Path("/my heads/other.safetensors"), 5, scores(0.8), scores(0.7))
    own = trained_head(Path("/my heads/other.safetensors"), 5, scores(0.8), scores(0.7), own_network="mine")
    assert own.splitlines()[-1].endswith("recog models set-head mine '/my heads/other.safetensors', and index again")


def test_a_cleaning_says_how_many_go_why_and_which() -> None:
    folder = Path("people")
    left_out = tuple(
        LeftOut(folder / "ann" / f"{number}.png", "ann", Why.NEARER_ANOTHER, 1.2, "bob", 0.3) for number in range(22)
    )
    nobody = LeftOut(folder / "bob" / "1.png", "bob", Why.NO_FACE, None, "", None)
    text = cleaning_text(Cleaning(40, 2, 0.875, (nobody, *left_out)), folder=folder)
    assert "40 photos of 2 people" in text
    assert "beyond 0.875 of the person's centre" in text
    assert any(line.split() == ["nearer", "another", "person", "22"] for line in text.splitlines())
    assert "ann/0.png" in text
    assert "1.200" in text
    assert text.endswith("and 3 photos more")


def test_a_clean_folder_needs_no_list() -> None:
    text = cleaning_text(Cleaning(40, 2, 0.875, ()), folder=Path("people"))
    assert "more" not in text.splitlines()[-1]
    assert len(text.splitlines()) == 5
