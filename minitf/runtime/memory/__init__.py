"""Where values are: the arena, and the table of instructions with their addresses."""
