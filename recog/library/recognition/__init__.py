"""Answer who is on a photo, from the faces of a library."""
