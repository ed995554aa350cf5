"""Verification as binary classification: one face or two, by more than their distance."""
