"""What the tables say, in the log's own terms: each row as a fact, to be compared with what the log makes of them."""
