"""Changes of the schema, oldest first; each only adds."""
