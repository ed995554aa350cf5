"""People, what users said about them, and the history of that."""
