"""Numbers in addresses and bodies."""

LARGEST = 2**53 - 1
"""Above every number of a catalog; every program that reads JSON holds it exactly."""
