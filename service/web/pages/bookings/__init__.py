"""Pages of `service/bookings`."""
