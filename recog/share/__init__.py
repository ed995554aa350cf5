"""Pictures that may be shared: cover heads, and try to bring the faces back; pixels alone, no library."""
