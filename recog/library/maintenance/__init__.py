"""Keep a library sound: status, checks, backups, tuning, weights."""
