"""Checks, erasure, backups and restore."""
