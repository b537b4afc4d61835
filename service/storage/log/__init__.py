"""The log and the access log: their trees, what is written to them and what is asked of them."""
