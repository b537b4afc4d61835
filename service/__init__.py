"""Granska: vetting of association grants and premises bookings."""
