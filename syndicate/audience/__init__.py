"""Who reads: people, what they asked for, and whom we must not write to."""
