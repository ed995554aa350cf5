"""Let Ray start workers of the queue on many machines; the table of jobs stays the truth."""
