"""Pages of `service/casework`."""
