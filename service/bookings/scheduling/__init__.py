"""The craft of times: opening hours and what is free, series, sharing out a term, calendar feeds."""
