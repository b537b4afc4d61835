"""What the log says is true now, folded into plain facts that the tables are compared with."""
