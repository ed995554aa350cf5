"""Weights: the registry of networks, the sources of their files, and the local cache."""
