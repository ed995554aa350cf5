"""Photos and faces of a library, looked up by number."""
