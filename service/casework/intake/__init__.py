"""An application comes in, with its enclosures."""
