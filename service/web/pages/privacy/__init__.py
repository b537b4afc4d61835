"""Pages of `service/privacy`."""
