"""Pages of `service/office`."""
