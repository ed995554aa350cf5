"""Names leave and enter: JSON, CSV, and XMP sidecars that other programs read."""
