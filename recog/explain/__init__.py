"""Explain networks: receptive fields, the patches that excite a unit most, maps of what decides an answer."""
