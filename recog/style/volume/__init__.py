"""Style transfer of volumes and short films."""
