"""Pages of `service/screening`."""
