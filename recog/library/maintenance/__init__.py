"""Maintenance of a library: status, checks, backups, tuning, weights."""
