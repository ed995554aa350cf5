"""Measure the networks on labelled photos, and fit what decides: calibrations, cluster rules, pair classifiers."""
