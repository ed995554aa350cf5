"""Results to text, JSON and HTML."""
