"""Explain what networks learnt, and which parts of a face decide."""
