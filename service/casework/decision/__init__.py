"""From proposal to legal force, and what follows."""
