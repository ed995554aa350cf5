"""Show photos and faces of a library by number."""
