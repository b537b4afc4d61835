"""Running checks, running them again, what-if, list import, the match API."""
