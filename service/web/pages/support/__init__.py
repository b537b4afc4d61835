"""Pages of `service/support`."""
