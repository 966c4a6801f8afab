"""Sessions that restore, initialize, save and end by themselves."""
