"""Crops to unit embeddings."""
