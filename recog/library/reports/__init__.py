"""Report duplicates, people and a map of the faces of a library."""
