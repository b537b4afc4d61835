"""Pages for people: one page, one file, one template of the same name."""
