"""Published protocols, decision thresholds, and their errors, computed from arrays and lists of pairs."""
