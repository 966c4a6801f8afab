"""What a session keeps between runs: variables, tables, checkpoints of them."""
