"""Rooms, what is free, bookings, moving and cancelling, clearance, keys, seasons."""
