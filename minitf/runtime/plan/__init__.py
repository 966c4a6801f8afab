"""What a run computes, and what of it becomes native regions."""
