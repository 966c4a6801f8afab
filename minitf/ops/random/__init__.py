"""Random numbers, and the initial values made of them."""
