"""Several threads for one program."""
