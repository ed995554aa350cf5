"""Benchmarks write results that write_readme.py reads, and measure recall as its definition says."""

import numpy as np

from benchmarks.bench_search import PROBES, made_up, recall
from benchmarks.measure_ranges import best_range
from benchmarks.measured import machine
from recog.distance import squared_distances


def test_a_results_comment_names_threads_facts_and_the_command() -> None:
    line = machine(threads=3, seed=7)
    assert "3 threads" in line
    assert "seed 7" in line
    assert "python -m benchmarks." in line
    assert "\n" not in line


def test_made_up_people_are_as_far_apart_as_real_ones() -> None:
    gallery, probes = made_up(4000, np.random.default_rng(0))
    distances = squared_distances(probes[:200], gallery)
    nearest = distances.min(axis=1)
    assert probes.shape == (PROBES, 128)
    assert 0.4 < np.median(nearest) < 0.75
    assert 1.9 < np.median(distances) < 2.1


def test_recall_counts_the_k_nearest_in_any_order() -> None:
    exact, found = np.array([[1, 2, 3], [4, 5, 6]]), np.array([[2, 1, 9], [4, 6, 5]])
    assert recall(found, exact, 1) == 0.5
    assert recall(found, exact, 2) == (2 + 1) / 4


def test_a_range_lets_go_of_one_value_far_beyond_all_others() -> None:
    """Among uniform values a range is their maximum; one outlier does not widen it to its own size."""
    uniform = np.linspace(0.0, 1.0, 1_000_001, dtype=np.float32)
    assert best_range(uniform) > 0.97
    assert best_range(np.append(uniform, np.float32(2.0))) < 1.2
