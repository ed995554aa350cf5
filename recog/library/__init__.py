"""The use cases: everything that touches both steps and state."""
