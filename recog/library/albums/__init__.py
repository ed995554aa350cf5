"""Albums that follow: the photos of a query, kept up in folders and files."""
