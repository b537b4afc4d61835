"""Brings lists in from files; the only folder that would know httpx."""
