"""Benchmarks write results that benchmarks/tables reads, and measure recall as its definition says."""

import subprocess
import sys

import numpy as np

from benchmarks.made_up_faces import MadeUpFaces
from benchmarks.measure_ranges import best_range
from benchmarks.measured import RESULTS, kept_rows, largest_size, machine
from recog.distance import squared_distances


def test_a_results_comment_names_threads_facts_and_the_command() -> None:
    line = machine(threads=3, seed=7)
    assert "3 threads" in line
    assert "seed 7" in line
    assert "python -m benchmarks." in line
    assert "\n" not in line


def test_rows_of_an_earlier_run_stay_unless_they_are_measured_again() -> None:
    every = kept_rows("naming.csv", 1, set())
    assert len({row[0] for row in every}) > 1
    assert [row for row in every if row[0] != every[0][0]] == kept_rows("naming.csv", 1, {(every[0][0],)})
    assert kept_rows("nothing.csv", 1, set()) == []


def test_a_child_of_a_large_process_has_a_largest_size_of_its_own() -> None:
    held = b"1" * 200_000_000
    assert _printed_by("print(largest_size())") < [150_000]
    assert largest_size() > len(held) // 1024


def test_the_largest_size_can_be_forgotten() -> None:
    """In a process of its own: in a large one the system takes pages of files back at any moment."""
    first, forgotten, second = _printed_by(
        "held = b'1' * 200_000_000; print(largest_size()); del held; forget_largest_size(); print(largest_size());"
        "taken = b'1' * 100_000_000; print(largest_size())"
    )
    assert first > 200_000_000 // 1024
    assert forgotten < first - 150_000
    assert 80_000 < second - forgotten < 150_000


def _printed_by(words: str) -> list[int]:
    imports = "from benchmarks.measured import forget_largest_size, largest_size;"
    command = [sys.executable, "-c", imports + words]
    done = subprocess.run(command, cwd=RESULTS.parents[1], stdout=subprocess.PIPE, text=True, check=True)
    return [int(line) for line in done.stdout.split()]


def test_made_up_people_are_as_far_apart_as_real_ones() -> None:
    faces = MadeUpFaces(4000)
    distances = squared_distances(faces.embeddings[:200], faces.embeddings)
    same = faces.owners[:200, None] == faces.owners
    assert 0.6 < np.median(distances[same & (distances > 1e-6)]) < 0.85
    assert 1.9 < np.median(distances[~same]) < 2.1


def test_a_range_lets_go_of_one_value_far_beyond_all_others() -> None:
    """Among uniform values a range is their maximum; one outlier does not widen it to its own size."""
    uniform = np.linspace(0.0, 1.0, 1_000_001, dtype=np.float32)
    assert best_range(uniform) > 0.97
    assert best_range(np.append(uniform, np.float32(2.0))) < 1.2
