"""Embeddings to clusters."""
