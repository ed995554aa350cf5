"""Neural style transfer of stored photos."""
