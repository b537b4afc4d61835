"""Everything that the log can record: one frozen, typed class for each event and version, in a file for each wing."""
