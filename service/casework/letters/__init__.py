"""What letters say, and how they are put together."""
