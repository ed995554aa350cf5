"""Training of heads and trunks: features, sampler, triplets, losses, loop, run record."""
