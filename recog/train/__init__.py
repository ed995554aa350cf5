"""Training the embedding."""
