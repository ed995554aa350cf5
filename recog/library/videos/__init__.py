"""Videos as their tracks: the faces that are seen over time."""
