"""What goes away when its time is over, and what is handed out, to whom, for which purpose."""
