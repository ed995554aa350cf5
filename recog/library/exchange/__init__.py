"""Export and import of names: JSON, CSV, and XMP sidecars that other programs read."""
