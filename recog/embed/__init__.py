"""Embedding: crops to unit vectors."""
