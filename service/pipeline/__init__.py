"""Runs checks; knows what a check is, knows none by name."""
