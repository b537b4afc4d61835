"""What has been done in a case so far, folded from its events: the steps need no other memory than the log."""
