"""Gram-based neural style transfer."""
