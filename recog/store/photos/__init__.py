"""Photos, their files and their faces."""
