"""Pages of `service/proof`."""
