"""Videos: sampled frames, decoded in a limited process of their own."""
