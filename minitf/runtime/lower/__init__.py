"""Regions become kernel calls, loops and choices over values."""
