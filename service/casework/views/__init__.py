"""What pages show of a case, and to whom."""
