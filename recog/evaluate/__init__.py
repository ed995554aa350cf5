"""Published protocols, decision thresholds, and their errors."""
