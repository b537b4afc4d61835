"""Rooms as a craft: when they are open and free, series of times, the shared calendar, the seasonal allocation."""
