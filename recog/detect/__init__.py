"""Pixels to face boxes with landmarks."""
