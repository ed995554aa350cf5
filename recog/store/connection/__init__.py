"""Connections to the database of a catalog, and the transactions on them."""
