"""Paint stored photos in the manner of style pictures."""
