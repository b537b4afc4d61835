"""A log nobody can quietly rewrite: pure functions over bytes, usable without the rest of the service."""
