"""Finds list entries that resemble a name; the only folder that knows rapidfuzz."""
