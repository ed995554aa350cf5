"""Style transfer of sound: the texture of one sound over the content of another."""
