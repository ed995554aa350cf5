"""Watch folders for changes, and index what is new."""
