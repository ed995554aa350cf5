"""The tables of the catalog, how values are stored in them, and the migrations."""
