"""Mutants that no test notices because there is nothing to notice, or not by the tests that they meet; by key."""

EQUIVALENTS = {
    "f1e62c0897c1": "how fast a search widens; it finds the same",
    "74bfec3112a2": "in ascending order: where the last is as near as the k-th, the one before the last is too",
}
