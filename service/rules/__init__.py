"""The City's routine, read from files."""
