"""Where values are: the arena, and the instructions with their addresses."""
