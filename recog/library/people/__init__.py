"""Name people, and change or take back what was said of them."""
