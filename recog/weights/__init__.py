"""Which networks exist, where their weights come from, and how they get here."""
