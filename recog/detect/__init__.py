"""Face detection: pixels to boxes with landmarks."""
