"""Group the faces of a library."""
