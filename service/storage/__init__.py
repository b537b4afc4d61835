"""Keeps it all; the only folder that knows Piccolo."""
