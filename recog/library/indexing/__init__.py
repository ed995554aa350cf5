"""Bring a library in step with folders of photos."""
