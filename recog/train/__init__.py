"""Training of the head: sampler, triplets, losses, loop, run record."""
