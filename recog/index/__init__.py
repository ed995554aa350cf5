"""Nearest neighbours among embeddings: a cache that can always be rebuilt from the catalog."""
