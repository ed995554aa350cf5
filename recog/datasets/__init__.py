"""Labelled photos: folders with one folder per person, the labelled face of each photo, and its embedding."""
